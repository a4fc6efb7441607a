package io.covenant.transactions.threephase;

import io.covenant.simulation.Dice;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import io.covenant.transactions.simulated.ClientMessage;
import io.covenant.transactions.simulated.SimulatedClient;
import io.covenant.transactions.simulated.SimulatedDatabase;
import io.covenant.transactions.simulated.Trouble;
import io.covenant.transactions.threephase.SimulatedParticipant.SiteKey;
import io.covenant.transactions.threephase.SimulatedParticipant.SiteRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A platform of coordinators, services and clients in one world, and the fate that befalls it.
///
/// Each seed is another platform: how many of what, which faults and how many of them. Not every kind of
/// fault happens in every world, since many kinds at once hide each other.
final class SimulatedPlatform {

    private static final String DATABASE = "coordinators-db";
    private static final Duration TROUBLE = Duration.ofSeconds(8);
    private static final Duration STRAGGLING = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> SERVICES = List.of("orders", "inventory", "payments", "shipping");

    private final World world;
    private final Dice dice;
    private final Tally<Event> tally;
    private final Set<PlantedBug> bugs;
    private final History history;
    private final Services services;
    private final Trouble trouble;
    private final Map<TransactionId, List<BranchWork>> works = new LinkedHashMap<>();
    private final Map<String, SimulatedDatabase> databases = new TreeMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private @Nullable CoordinatorsDatabase database;
    private Runnable onBegin = () -> {};

    private SimulatedPlatform(World world, Tally<Event> tally, Set<PlantedBug> bugs) {
        this.world = world;
        this.dice = world.dice();
        this.tally = tally;
        this.bugs = bugs;
        this.history = new History(tally);
        this.services = services(world.dice());
        this.trouble = new Trouble(world, TROUBLE);
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

    /// One site goes down at any time and stays down, coordinators crash; all other sites hear each other. Every
    /// branch of theirs must come to its end all the same.
    static void playWithoutOneSite(World world, Tally<Event> tally) {
        var platform = new SimulatedPlatform(world, tally, Set.of());
        platform.build();
        world.network().loss(0).stragglers(0, STRAGGLING);
        var gone = world.dice().pick(List.of(DATABASE, Services.databaseOf("orders")));
        world.in(
                world.dice().between(Duration.ofMillis(50), Duration.ofSeconds(3)),
                () -> world.node(gone).crash());
        platform.services.coordinators().stream().skip(1).forEach(coordinator -> {
            if (world.dice().chance(0.5)) {
                world.in(
                        world.dice().between(Duration.ofMillis(50), Duration.ofSeconds(4)),
                        () -> platform.crash(coordinator, Event.COORDINATOR_CRASH));
            }
        });
        world.always("invariants", platform.history::check);
        world.run(Duration.ofSeconds(20));
        platform.databases
                .values()
                .forEach(database -> database.preparedBranches()
                        .forEach(branch -> platform.requireNoQuorum(branch, database, gone)));
        tally.played(world.elapsed(), world.events());
    }

    /// Branches of one service share a database, and are gone together.
    private void requireNoQuorum(BranchId branch, SimulatedDatabase database, String gone) {
        var row = (SiteRow) database.kept(new SiteKey(branch)).orElseThrow();
        var missing = gone.equals(DATABASE)
                ? 1
                : row.works().stream()
                        .filter(work -> Services.databaseOf(work.service()).equals(gone))
                        .count();
        var electorate = new Electorate(BranchWork.branches(row.works(), branch.transaction(), branch.attempt()));
        if (!gone.equals(Services.databaseOf(
                        BranchWork.named(branch.name(), row.works()).service()))
                && electorate.sites().size() - missing >= electorate.quorum()) {
            throw new AssertionError("it blocks: " + branch + " is prepared, without " + gone);
        }
    }

    private boolean everythingEnded() {
        return Objects.requireNonNull(database).everythingEnded();
    }

    private boolean nothingPrepared() {
        return databases.values().stream().allMatch(SimulatedDatabase::nothingPrepared);
    }

    private static Services services(Dice dice) {
        var participants = new TreeMap<String, List<String>>();
        SERVICES.subList(0, 2 + dice.below(3))
                .forEach(service -> participants.put(service, List.of(service + "-1", service + "-2")));
        var coordinators = IntStream.rangeClosed(1, 2 + dice.below(2))
                .mapToObj(number -> "coordinator-" + number)
                .toList();
        return new Services(DATABASE, coordinators, participants);
    }

    private void build() {
        world.network()
                .delay(Duration.ofNanos(200_000), Duration.ofMillis(1 + dice.below(8)))
                .loss(dice.pick(List.of(0.0, 0.01, 0.05)))
                .duplication(dice.pick(List.of(0.0, 0.02, 0.1)))
                .stragglers(dice.pick(List.of(0.0, 0.01, 0.04)), STRAGGLING)
                .doublesOnly(message -> message instanceof Message || message instanceof ClientMessage);
        world.node(
                DATABASE,
                node -> database =
                        new CoordinatorsDatabase(node, node.disk("wal"), history, bugs, () -> onBegin.run()));
        services.participants().forEach((service, instances) -> {
            var name = Services.databaseOf(service);
            world.node(name, node -> {
                var program = new SimulatedDatabase(node, node.disk("wal"), history, Set.of());
                databases.put(service, program);
                return program;
            });
            instances.forEach(instance -> world.node(
                    instance,
                    node -> new SimulatedParticipant(
                            node, name, services.coordinators(), history, bugs, PlantedCores.participant(bugs))));
        });
        services.coordinators()
                .forEach(coordinator ->
                        world.node(coordinator, node -> new SimulatedCoordinator(node, services, history, bugs)));
        for (var number = 1; number <= 2 + dice.below(2); number++) {
            var wishes =
                    IntStream.range(0, 2 + dice.below(3)).mapToObj(_ -> wish()).toList();
            world.node("client-" + number, node -> {
                var client = new SimulatedClient(node, services.coordinators(), wishes);
                clients.add(client);
                return client;
            });
        }
    }

    private SimulatedClient.Wish wish() {
        var id = new TransactionId(new UUID(dice.next(), dice.next()));
        var reads = dice.chance(0.1);
        var wanted = new ArrayList<BranchWork>();
        for (var branch = 1; branch <= 2 + dice.below(3); branch++) {
            var service = dice.pick(List.copyOf(services.participants().keySet()));
            var amount = reads || dice.chance(0.2) ? 0 : dice.below(120) - 35;
            var once = !reads && dice.chance(0.3);
            var whenLow = !once && amount > 0 && dice.chance(0.3);
            wanted.add(new BranchWork(service + "-" + branch, service, dice.below(6), amount, once, whenLow));
        }
        works.put(id, List.copyOf(wanted));
        var deadline = dice.between(Duration.ofMillis(100), Duration.ofSeconds(3));
        return new SimulatedClient.Wish(id, List.copyOf(wanted), deadline);
    }

    private void misbehave() {
        var instances =
                services.participants().values().stream().flatMap(List::stream).toList();
        var coordinators = services.coordinators();
        var sites = new ArrayList<>(
                databases.keySet().stream().map(Services::databaseOf).toList());
        sites.add(DATABASE);
        trouble.sometimes(4, () -> crash(dice.pick(coordinators), Event.COORDINATOR_CRASH));
        trouble.sometimes(4, () -> crash(dice.pick(instances), Event.INSTANCE_CRASH));
        trouble.sometimes(
                3, () -> crash(Services.databaseOf(dice.pick(List.copyOf(databases.keySet()))), Event.DATABASE_CRASH));
        trouble.sometimes(5, () -> crash(DATABASE, Event.COORDINATORS_DATABASE_CRASH));
        trouble.sometimes(3, () -> pause(dice.pick(coordinators)));
        trouble.sometimes(2, () -> pause(dice.pick(instances)));
        trouble.sometimes(2, () -> pause(dice.pick(sites)));
        trouble.sometimes(4, () -> cut(dice.pick(coordinators), DATABASE));
        trouble.sometimes(4, () -> cut(dice.pick(coordinators), dice.pick(instances)));
        if (dice.chance(0.3)) {
            trouble.atAnyTime(this::divide);
        }
        if (dice.chance(0.3)) {
            loseBeginRecords();
        }
        if (dice.chance(0.4)) {
            disturbMoves();
        }
        if (dice.chance(0.3)) {
            coordinators.forEach(coordinator -> world.node(coordinator)
                    .skew(dice.between(Duration.ZERO, Duration.ofSeconds(4)).minusSeconds(2)));
        }
        trouble.end();
    }

    /// Splits the network in two for a while: some of the services with some of the coordinators, and the rest.
    private void divide() {
        var island = new ArrayList<String>();
        services.participants().forEach((service, instances) -> {
            if (dice.chance(0.5)) {
                island.add(Services.databaseOf(service));
                island.addAll(instances);
            }
        });
        services.coordinators().stream().filter(_ -> dice.chance(0.5)).forEach(island::add);
        tally.count(Event.CUT);
        world.nodes().stream()
                .map(node -> node.name())
                .filter(name -> !island.contains(name) && !name.startsWith("client"))
                .forEach(name -> island.forEach(other -> {
                    world.network().cut(name, other);
                    world.network().cut(other, name);
                }));
        world.in(
                dice.between(Duration.ofMillis(500), Duration.ofSeconds(5)),
                () -> world.network().healAll());
    }

    /// Strikes when sites move, where a termination has most to find out.
    private void disturbMoves() {
        history.onMove(() -> {
            if (dice.chance(0.25) && trouble.lasts()) {
                world.in(dice.between(Duration.ZERO, Duration.ofMillis(12)), this::disturb);
            }
        });
    }

    private void disturb() {
        switch (dice.below(5)) {
            case 0 -> crash(dice.pick(services.coordinators()), Event.COORDINATOR_CRASH);
            case 1 -> cut(dice.pick(services.coordinators()), DATABASE);
            case 2 -> crash(Services.databaseOf(dice.pick(List.copyOf(databases.keySet()))), Event.DATABASE_CRASH);
            case 3 -> blackOut();
            default -> divide();
        }
    }

    /// The power fails for some of the databases and coordinators at once.
    private void blackOut() {
        databases.keySet().stream()
                .filter(_ -> dice.chance(0.5))
                .forEach(service -> crash(Services.databaseOf(service), Event.DATABASE_CRASH));
        services.coordinators().stream()
                .filter(_ -> dice.chance(0.7))
                .forEach(coordinator -> crash(coordinator, Event.COORDINATOR_CRASH));
        if (dice.chance(0.3)) {
            crash(DATABASE, Event.COORDINATORS_DATABASE_CRASH);
        }
    }

    /// Crashes the coordinators' database just after begin records, and has it up again while their owners still
    /// drive them.
    private void loseBeginRecords() {
        onBegin = () -> {
            if (dice.chance(0.2) && trouble.lasts()) {
                world.in(
                        dice.between(Duration.ZERO, Duration.ofMillis(30)),
                        () -> crash(DATABASE, Event.COORDINATORS_DATABASE_CRASH, Duration.ofMillis(100)));
            }
        };
    }

    private void sabotage() {
        for (var time = 0; time < 40; time++) {
            trouble.atAnyTime(() -> dice.pick(List.copyOf(databases.values())).sabotage(dice));
        }
    }

    private void crash(String name, Event event) {
        crash(name, event, Duration.ofMillis(2_500));
    }

    private void crash(String name, Event event, Duration atMost) {
        if (trouble.crash(name, atMost)) {
            tally.count(event);
        }
    }

    private void pause(String name) {
        if (trouble.pause(name)) {
            tally.count(Event.PAUSE);
        }
    }

    private void cut(String one, String other) {
        tally.count(Event.CUT);
        trouble.cut(one, other);
    }
}
