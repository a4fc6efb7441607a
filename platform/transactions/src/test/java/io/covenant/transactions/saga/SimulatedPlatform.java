package io.covenant.transactions.saga;

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
import java.util.TreeSet;
import java.util.stream.IntStream;

/// A platform that runs sagas.
final class SimulatedPlatform {

    private static final Memory MEMORY = new Memory(Duration.ofSeconds(20));

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
    static void play(World world, Tally<Event> tally, Tally<Mishap> mishaps, Set<PlantedBug> bugs) {
        var simulated = new SimulatedPlatform(world, tally, mishaps, bugs);
        var platform = simulated.platform;
        platform.build(simulated::coordinator, simulated::instance, 3, simulated::wish);
        platform.misbehave();
        world.always("invariants", simulated.history::check);
        platform.untilQuiet(
                () -> simulated.history.checkAtTheEnd(platform.databases().values()));
        tally.played(world.elapsed(), world.events());
        mishaps.played(world.elapsed(), world.events());
    }

    /// @param requests that the coordinator sent to the branches
    record Cost(int branchForces, int coordinatorForces, int requests) {}

    /// What one saga costs in peace.
    ///
    /// @param refusing the steps that refuse
    static Cost costs(Saga saga, Set<String> refusing) {
        var world = World.seeded(1);
        var simulated = new SimulatedPlatform(world, new Tally<>(Event.class), new Tally<>(Mishap.class), Set.of());
        var platform = simulated.platform;
        var number = new int[1];
        var works = saga.steps().stream()
                .map(step -> new Work(
                        step.name(),
                        "orders",
                        number[0]++,
                        refusing.contains(step.name()) ? LocalDatabase.OPENING_BALANCE + 1 : 1,
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        0,
                        0))
                .toList();
        platform.inPeace(
                simulated::coordinator,
                simulated::instance,
                List.of(() -> simulated.want(platform.run(saga, works, Duration.ofSeconds(3)))));
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

    /// Some steps in some order: each after some of those before it, the pivot after all before it, and all
    /// behind it after the pivot.
    private Message.Run wish() {
        var length = 2 + dice.below(4);
        var forward = dice.chance(0.15);
        var pivot = !forward && dice.chance(0.6) ? dice.below(length) : length;
        var steps = new ArrayList<SagaStep>();
        var works = new ArrayList<Work>();
        for (var at = 0; at < length; at++) {
            var service =
                    dice.pick(List.copyOf(platform.services().participants().keySet()));
            var step = SagaStep.of("s" + at, service, "work").retried(policy(at > pivot || forward));
            if (at < pivot && !forward) {
                step = step.undoneBy("undo");
            }
            step = at == pivot ? step.asPivot().after(all(at)) : step.after(some(at, pivot));
            steps.add(step);
            works.add(work("s" + at, service, at, pivot, forward));
        }
        var saga = new Saga("any", forward ? Saga.Recovery.FORWARD : Saga.Recovery.BACKWARD, steps);
        return want(
                platform.run(saga, List.copyOf(works), dice.between(Duration.ofMillis(300), Duration.ofSeconds(6))));
    }

    private List<String> all(int before) {
        return IntStream.range(0, before).mapToObj(each -> "s" + each).toList();
    }

    private Set<String> some(int before, int pivot) {
        var after = new TreeSet<String>();
        for (var each = 0; each < before; each++) {
            if (each == pivot || dice.chance(0.35)) {
                after.add("s" + each);
            }
        }
        return after;
    }

    private RetryPolicy policy(boolean forward) {
        var attempts = forward && dice.chance(0.7) ? RetryPolicy.FOR_EVER : 1 + dice.below(4);
        return new RetryPolicy(
                attempts,
                Duration.ofMillis(20),
                Duration.ofMillis(500),
                dice.between(Duration.ofMillis(500), Duration.ofSeconds(3)));
    }

    /// What has to go forward does not run out of stock, or it would be stuck for ever.
    private Work work(String name, String service, int at, int pivot, boolean forward) {
        var sure = forward || at > pivot;
        var amount = sure ? 1 : 1 + dice.below(140);
        var takes = at != pivot && !forward && at < pivot && dice.chance(0.25)
                ? dice.between(Duration.ofMillis(50), Duration.ofMillis(1_500))
                : Duration.ZERO;
        var trouble = dice.chance(0.3) ? 1 + dice.below(5) : 0;
        var refusals = sure && dice.chance(0.2) ? 1 + dice.below(2) : 0;
        return new Work(name, service, sure ? 9 : dice.below(3), amount, Duration.ZERO, takes, trouble, refusals);
    }

    private Message.Run want(Message.Run run) {
        history.wanted(run);
        return run;
    }
}
