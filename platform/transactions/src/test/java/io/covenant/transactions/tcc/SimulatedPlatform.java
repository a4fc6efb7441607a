package io.covenant.transactions.tcc;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import io.covenant.transactions.local.LocalDatabase;
import io.covenant.transactions.local.Memory;
import io.covenant.transactions.local.Message;
import io.covenant.transactions.local.Mishap;
import io.covenant.transactions.local.Platform;
import io.covenant.transactions.local.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// A platform that runs its transactions by try, confirm, cancel.
final class SimulatedPlatform {

    private static final Memory MEMORY = new Memory(Duration.ofSeconds(4));

    private final Dice dice;
    private final Set<PlantedBug> bugs;
    private final History history;
    private final Platform platform;

    private SimulatedPlatform(World world, Tally<Event> tally, Tally<Mishap> mishaps, Set<PlantedBug> bugs) {
        this.dice = world.dice();
        this.bugs = bugs;
        this.history = new History(tally, mishaps);
        this.platform = new Platform(world, history, PlantedBug.flaws(bugs), MEMORY);
    }

    /// Builds a platform, lets trouble come and go, and waits until nothing is left to do.
    static void play(World world, Tally<Event> tally, Tally<Mishap> mishaps, Set<PlantedBug> bugs, boolean sabotage) {
        var simulated = new SimulatedPlatform(world, tally, mishaps, bugs);
        var platform = simulated.platform;
        platform.build(simulated::coordinator, simulated::instance, 4, simulated::wish);
        platform.misbehave();
        if (sabotage) {
            platform.sabotage();
        }
        world.always("invariants", simulated.history::check)
                .quietWhen(
                        "something is reserved",
                        () -> platform.databases().values().stream().noneMatch(LocalDatabase::isHolding));
        platform.untilQuiet(
                () -> simulated.history.checkAtTheEnd(platform.databases().values()));
        tally.played(world.elapsed(), world.events());
        mishaps.played(world.elapsed(), world.events());
    }

    /// @param requests that the coordinator sent to the branches
    record Cost(int branchForces, int coordinatorForces, int requests) {}

    /// What one transaction costs in peace.
    ///
    /// @param refused how many branches refuse; more than there are means that there is nothing to reserve
    static Cost costs(int branches, int refused) {
        var world = World.seeded(1);
        var simulated = new SimulatedPlatform(world, new Tally<>(Event.class), new Tally<>(Mishap.class), Set.of());
        var platform = simulated.platform;
        var works = IntStream.rangeClosed(1, branches)
                .mapToObj(branch -> new Work(
                        "branch-" + branch,
                        "orders",
                        branch,
                        refused > branches ? 0 : branch <= refused ? LocalDatabase.OPENING_BALANCE + 1 : 1,
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        0,
                        0))
                .toList();
        platform.inPeace(
                simulated::coordinator,
                simulated::instance,
                List.of(() -> simulated.want(platform.run("tcc", works, Duration.ofSeconds(3)))));
        world.run(Duration.ofSeconds(3));
        return new Cost(
                platform.databases().values().stream()
                        .mapToInt(LocalDatabase::forcedWrites)
                        .sum(),
                platform.store().forcedWrites(),
                simulated.history.requests());
    }

    private Program coordinator(Node node) {
        return new SimulatedCoordinator(node, platform.services(), history, bugs);
    }

    private Program instance(Node node, String database) {
        return new SimulatedParticipant(
                node, database, platform.services().coordinators(), history, PlantedCores.participant(bugs));
    }

    private Message.Run wish() {
        var empty = dice.chance(0.1);
        var works = new ArrayList<Work>();
        for (var branch = 1; branch <= 2 + dice.below(3); branch++) {
            var service =
                    dice.pick(List.copyOf(platform.services().participants().keySet()));
            var amount = empty || dice.chance(0.1) ? 0 : 1 + dice.below(90);
            var holds = dice.between(Duration.ofMillis(300), Duration.ofSeconds(4));
            works.add(new Work(service + "-" + branch, service, dice.below(3), amount, holds, Duration.ZERO, 0, 0));
        }
        return want(
                platform.run("tcc", List.copyOf(works), dice.between(Duration.ofMillis(100), Duration.ofSeconds(3))));
    }

    private Message.Run want(Message.Run run) {
        history.wanted(run.id(), run.works());
        return run;
    }
}
