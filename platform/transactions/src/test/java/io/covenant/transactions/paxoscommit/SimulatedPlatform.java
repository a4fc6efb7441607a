package io.covenant.transactions.paxoscommit;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.ClientMessage;
import io.covenant.transactions.simulated.SimulatedClient;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.simulated.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;

/// Three or five coordinators, services and clients in one world, and the fate that befalls them.
///
/// Each seed is another platform: how many of what, which faults and how many of them. Not every kind of
/// fault happens in every world, since many kinds at once hide each other.
final class SimulatedPlatform {

    private static final Duration TROUBLE = Duration.ofSeconds(8);
    private static final Duration STRAGGLING = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration CRASH = Duration.ofMillis(2_500);
    private static final List<String> SERVICES = List.of("orders", "inventory", "payments", "shipping");

    private final World world;
    private final Dice dice;
    private final Tally<Event> tally;
    private final Set<PlantedBug> bugs;
    private final Services services;
    private final History history;
    private final Trouble trouble;
    private final SimulatedCoordinator.Patience patience;
    private final Map<TransactionId, List<BranchWork>> works = new LinkedHashMap<>();
    private final Map<String, SimulatedDatabase> databases = new TreeMap<>();
    private final Map<String, SimulatedCoordinator> coordinators = new TreeMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();

    private SimulatedPlatform(World world, Tally<Event> tally, Set<PlantedBug> bugs) {
        this.world = world;
        this.dice = world.dice();
        this.tally = tally;
        this.bugs = bugs;
        this.services = services(dice);
        this.history = new History(services.coordinators().size(), tally);
        this.trouble = new Trouble(world, TROUBLE);
        this.patience = new SimulatedCoordinator.Patience(
                Duration.ofMillis(dice.pick(List.of(300, 1_000, 3_500))),
                Duration.ofMillis(dice.pick(List.of(500, 2_000, 6_000))));
    }

    /// Builds a platform, lets trouble come and go, and waits until nothing is left to do.
    static void play(World world, Tally<Event> tally, Set<PlantedBug> bugs, boolean sabotage) {
        var platform = new SimulatedPlatform(world, tally, bugs);
        platform.build();
        platform.misbehave();
        if (sabotage) {
            platform.sabotage();
        }
        world.always("invariants", platform.history::check)
                .quietWhen("trouble is over", () -> world.elapsed().compareTo(TROUBLE.plus(STRAGGLING)) > 0)
                .quietWhen("a client waits", () -> platform.clients.stream().allMatch(SimulatedClient::contented))
                .quietWhen("a transaction has no end", platform::everythingEnded)
                .quietWhen("a branch is prepared", platform::nothingPrepared)
                .finally_(
                        "at the end", () -> platform.history.checkAtTheEnd(platform.databases.values(), platform.works))
                .untilQuiet(PATIENCE);
        tally.played(world.elapsed(), world.events());
    }

    private boolean everythingEnded() {
        return coordinators.values().stream().allMatch(SimulatedCoordinator::everythingEnded);
    }

    private boolean nothingPrepared() {
        return databases.values().stream().allMatch(SimulatedDatabase::nothingPrepared);
    }

    private static Services services(Dice dice) {
        var participants = new TreeMap<String, List<String>>();
        SERVICES.subList(0, 2 + dice.below(3))
                .forEach(service -> participants.put(service, List.of(service + "-1", service + "-2")));
        var faults = dice.chance(0.8) ? 1 : 2;
        var coordinators = IntStream.rangeClosed(1, 2 * faults + 1)
                .mapToObj(number -> "coordinator-" + number)
                .toList();
        var voted = dice.chance(0.7) ? coordinators.size() : faults + 1;
        return new Services(coordinators, voted, participants);
    }

    private void build() {
        world.network()
                .delay(Duration.ofNanos(200_000), Duration.ofMillis(1 + dice.below(8)))
                .loss(dice.pick(List.of(0.0, 0.01, 0.05)))
                .duplication(dice.pick(List.of(0.0, 0.02, 0.1)))
                .stragglers(dice.pick(List.of(0.0, 0.01, 0.04)), STRAGGLING)
                .doublesOnly(message -> message instanceof Message || message instanceof ClientMessage);
        var costs = new Costs();
        services.participants().forEach((service, instances) -> {
            var database = Services.databaseOf(service);
            world.node(database, node -> {
                var program = new SimulatedDatabase(node, node.disk("wal"), history, PlantedBug.flaws(bugs));
                databases.put(service, program);
                return program;
            });
            instances.forEach(instance -> world.node(
                    instance, node -> new SimulatedParticipant(node, database, services, history, costs, bugs)));
        });
        services.coordinators()
                .forEach(coordinator -> world.node(coordinator, node -> {
                    var program =
                            new SimulatedCoordinator(node, services, patience, node.disk("log"), history, costs, bugs);
                    coordinators.put(coordinator, program);
                    return program;
                }));
        for (var number = 1; number <= 2 + dice.below(2); number++) {
            var asked = Duration.ZERO;
            var wishes = new ArrayList<SimulatedClient.Wish>();
            for (var wish = 0; wish < 2 + dice.below(3); wish++) {
                wishes.add(wish(asked));
                asked = asked.plusMillis(1_500);
            }
            world.node("client-" + number, node -> {
                var client = new SimulatedClient(node, services.coordinators(), wishes);
                clients.add(client);
                return client;
            });
        }
        trouble.sometimes(5, this::runNamed);
    }

    private void runNamed() {
        var name = dice.pick(services.coordinators());
        var node = world.node(name);
        var coordinator = coordinators.get(name);
        if (node.up() && !node.paused() && coordinator != null) {
            coordinator.run(wish(Duration.ZERO), true);
        }
    }

    /// @param inTime how long from now the transaction will be asked for; its id tells
    private SimulatedClient.Wish wish(Duration inTime) {
        var id = new TransactionId(drawnAt(world.now().plus(inTime)));
        var wanted = new ArrayList<BranchWork>();
        for (var branch = 1; branch <= 1 + dice.below(4); branch++) {
            var service = dice.pick(List.copyOf(services.participants().keySet()));
            var amount = dice.chance(0.5) ? 1 + dice.below(60) : -1 - dice.below(50);
            wanted.add(new BranchWork(service + "-" + branch, service, dice.below(3), amount, dice.chance(0.3), false));
        }
        works.put(id, List.copyOf(wanted));
        var deadline = dice.between(Duration.ofMillis(100), Duration.ofSeconds(3));
        return new SimulatedClient.Wish(id, List.copyOf(wanted), deadline);
    }

    private UUID drawnAt(Instant when) {
        return new UUID(
                (when.toEpochMilli() << 16) | 0x7000 | dice.below(0x1000),
                (dice.next() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
    }

    private void misbehave() {
        var instances =
                services.participants().values().stream().flatMap(List::stream).toList();
        var everyone = new ArrayList<>(services.coordinators());
        everyone.addAll(instances);
        trouble.sometimes(5, () -> crash(dice.pick(services.coordinators()), Event.COORDINATOR_CRASH, CRASH));
        trouble.sometimes(1, () -> crash(dice.pick(services.coordinators()), Event.LONG_OUTAGE, Duration.ofSeconds(7)));
        trouble.sometimes(4, () -> crash(dice.pick(instances), Event.INSTANCE_CRASH, CRASH));
        trouble.sometimes(
                3,
                () -> crash(
                        Services.databaseOf(dice.pick(List.copyOf(databases.keySet()))), Event.DATABASE_CRASH, CRASH));
        trouble.sometimes(3, () -> pause(dice.pick(services.coordinators())));
        trouble.sometimes(2, () -> pause(dice.pick(instances)));
        trouble.sometimes(5, () -> cut(dice.pick(services.coordinators()), dice.pick(services.coordinators())));
        trouble.sometimes(3, () -> cut(dice.pick(services.coordinators()), dice.pick(everyone)));
        if (dice.chance(0.3)) {
            services.coordinators()
                    .forEach(coordinator -> world.node(coordinator)
                            .skew(dice.between(Duration.ZERO, Duration.ofSeconds(4))
                                    .minusSeconds(2)));
        }
        trouble.end();
    }

    private void sabotage() {
        IntStream.range(0, 40)
                .forEach(time -> trouble.atAnyTime(
                        () -> dice.pick(List.copyOf(databases.values())).sabotage(dice)));
    }

    private void crash(String name, Event event, Duration downAtMost) {
        if (trouble.crash(name, downAtMost)) {
            tally.count(event);
        }
    }

    private void pause(String name) {
        if (trouble.pause(name)) {
            tally.count(Event.PAUSE);
        }
    }

    private void cut(String one, String other) {
        if (!one.equals(other)) {
            tally.count(Event.CUT);
            trouble.cut(one, other);
        }
    }
}
