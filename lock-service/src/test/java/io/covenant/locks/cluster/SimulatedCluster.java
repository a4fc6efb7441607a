package io.covenant.locks.cluster;

import io.covenant.consensus.raft.Input;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Settings;
import io.covenant.consensus.wal.SimulatedStorage;
import io.covenant.locks.namespace.Limits;
import io.covenant.locks.namespace.Mode;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Servers and clients in one world, and the fate that befalls them.
///
/// Each seed is another cluster: how many there are, which bounds, which faults. Not every kind of fault
/// happens in every world, since many kinds at once hide each other.
final class SimulatedCluster {

    static final Limits LIMITS = new Limits(
            100, 10_000, 100, 64, 64, 64, 1_000, 8, 64, 8, 64, 64, 64, 64, 60_000, 10_000, 3_000, 64, 256, 32, 32,
            4_096, 8, 16);

    private static final Duration TROUBLE = Duration.ofMillis(2_500);
    private static final Duration STRAGGLING = Duration.ofMillis(400);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /// What happens to the servers.
    private enum Kind {
        /// Anything.
        TROUBLED,
        /// Anything, and members come and go.
        CHANGING,
        /// Primaries fall, one after the other, and nothing else happens: nobody may lose a session.
        FAILING_OVER,
        /// All servers are started anew, one after the other, time and again.
        ROLLING,
        /// The whole group is put back to what it was a while ago, under a new epoch.
        RESTORED
    }

    private final World world;
    private final Dice dice;
    private final History history;
    private final Kind kind;
    private final Settings settings;
    private final Duration ttl;
    private final List<String> servers;
    private final Members founders;
    private final Duration patience;
    private final double insistence;
    private final Map<String, Machine> machines = new TreeMap<>();
    private final Map<String, SimulatedServer> running = new TreeMap<>();
    private final Map<String, Customer> clients = new TreeMap<>();
    private final List<Lease> leases = new ArrayList<>();
    private final Map<String, Lease> owners = new HashMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final Resource resource;
    private int life;
    private boolean stopped;
    private boolean calm;

    private SimulatedCluster(World world, Tally<Seen> tally) {
        this.world = world;
        this.dice = world.dice();
        this.history = new History(world, tally);
        this.resource = resource(world, history);
        this.kind = dice.pick(List.of(
                Kind.TROUBLED,
                Kind.TROUBLED,
                Kind.TROUBLED,
                Kind.TROUBLED,
                Kind.CHANGING,
                Kind.FAILING_OVER,
                Kind.ROLLING,
                Kind.RESTORED));
        var founding = dice.pick(List.of(3, 3, 3, 4, 5));
        var spare = kind == Kind.CHANGING ? 1 : 0;
        this.servers = IntStream.rangeClosed(1, founding + spare)
                .mapToObj(number -> "lock-" + number)
                .toList();
        this.founders = Members.of(
                servers.subList(0, founding).stream().map(NodeId::founder).toList());
        this.ttl = Duration.ofMillis(
                switch (kind) {
                    case FAILING_OVER -> 1_500;
                    case RESTORED -> dice.pick(List.of(400, 600));
                    case TROUBLED, CHANGING, ROLLING -> dice.pick(List.of(400, 700, 1_200));
                });
        this.patience = Duration.ofMillis(kind == Kind.FAILING_OVER ? 250 : dice.pick(List.of(60, 120, 250)));
        this.insistence = dice.pick(List.of(0.0, 0.0, 0.8));
        this.settings = new Settings(
                Duration.ofMillis(150),
                Duration.ofMillis(dice.pick(List.of(30, 60))),
                Duration.ofMillis(200),
                1 + dice.below(5),
                dice.pick(List.of(150, 5_000)),
                dice.pick(List.of(20, 1_000)),
                100_000,
                4_000,
                1_000,
                dice.pick(List.of(0L, 300L, 1_000_000L)),
                dice.pick(List.of(0, 3, 20)),
                dice.pick(List.of(200, 1_000)),
                dice.pick(List.of(0, 3, 10)));
    }

    private static Resource resource(World world, History history) {
        var made = new ArrayList<Resource>();
        world.node(Resource.NAME, node -> {
            var one = new Resource(node, history);
            made.add(one);
            return one;
        });
        return made.getFirst();
    }

    /// Builds a cluster, lets trouble come and go, waits until all is well, and judges what the clients saw.
    static void play(World world, Tally<Seen> tally) {
        var cluster = new SimulatedCluster(world, tally);
        cluster.build();
        cluster.misbehave();
        world.always("one exclusive holder, by the holders' own clocks", cluster::requireOneHolder)
                .quietWhen("trouble is over", () -> cluster.calm)
                .quietWhen(
                        "a client waits",
                        () -> cluster.clients.values().stream().allMatch(Customer::contented))
                .quietWhen("a member lags behind", cluster::allCaughtUp)
                .quietWhen(
                        "a reader has not heard everything",
                        () -> cluster.watchers.stream().allMatch(Watcher::knowsAll))
                .finally_("what the resource shows", cluster.resource::requireEveryIncrement)
                .finally_("what clients saw", cluster.history::requireOrder)
                .untilQuiet(PATIENCE);
        tally.played(world.elapsed(), world.events());
    }

    /// For who knows nothing of what is counted.
    static void play(long seed) {
        play(World.seeded(seed), new Tally<>(Seen.class));
    }

    /// How often it was restored from a backup.
    int life() {
        return life;
    }

    /// What holders work on.
    GuardedWork work(Node node) {
        return new GuardedWork(node, resource, patience);
    }

    /// Those of this life: what a restore took back is no history.
    List<String> files() {
        return life == 0 ? List.of("/f", "/g") : List.of("/f" + life, "/g" + life);
    }

    History history() {
        return history;
    }

    List<String> servers() {
        return servers;
    }

    /// How long a client waits for an answer.
    Duration patience() {
        return patience;
    }

    /// How often a client asks the same server again that did not answer.
    double insistence() {
        return calm ? 0 : insistence;
    }

    /// Whether nothing goes wrong any more.
    boolean isCalm() {
        return calm;
    }

    void works(Lease lease) {
        leases.removeIf(Lease::gone);
        leases.add(lease);
    }

    private void requireOneHolder() {
        owners.clear();
        for (var lease : leases) {
            if (lease.held().isEmpty() || !lease.isValid()) {
                continue;
            }
            for (var held : lease.held().entrySet()) {
                var other = owners.put(held.getKey(), lease);
                if (other != null
                        && (held.getValue().mode() == Mode.EXCLUSIVE
                                || Objects.requireNonNull(other.held().get(held.getKey()))
                                                .mode()
                                        == Mode.EXCLUSIVE)) {
                    throw new AssertionError(
                            "%s and %s both hold %s".formatted(other.holder(), lease.holder(), held.getKey()));
                }
            }
        }
    }

    private void build() {
        var lossy = kind != Kind.FAILING_OVER && kind != Kind.ROLLING;
        world.network()
                .delay(Duration.ofNanos(100_000), Duration.ofMillis(1 + dice.below(5)))
                .loss(lossy ? dice.pick(List.of(0.0, 0.02, 0.08)) : 0)
                .duplication(dice.pick(List.of(0.0, 0.02, 0.1)))
                .stragglers(lossy ? dice.pick(List.of(0.0, 0.02, 0.05)) : 0, STRAGGLING);
        var lag = Duration.ofMillis(dice.pick(List.of(0, 0, 2, 10)));
        var coded = dice.chance(0.2);
        var saveEach = dice.pick(List.of(10, 25, 60, 1_000_000));
        for (var name : servers) {
            var id = NodeId.founder(name);
            machines.put(
                    name,
                    new Machine(
                            id,
                            founders.isVoter(id) ? founders : Members.nobody(),
                            new SimulatedStorage(dice),
                            settings,
                            dice.pick(List.of(1.0, 1.0, 0.97, 1.03)),
                            Duration.ofMillis(dice.pick(List.of(1, 3, 10))),
                            lag,
                            coded,
                            saveEach));
            world.node(name, node -> {
                try {
                    var server = new SimulatedServer(node, machine(name), this);
                    running.put(name, server);
                    return server;
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        }
        var cores = dice.chance(0.5);
        for (var number = 1; number <= 3 + dice.below(2); number++) {
            var name = "client-" + number;
            var rate = dice.pick(List.of(1.0, 0.97, 1.03));
            world.node(name, node -> {
                var client = cores ? new CoreClient(node, this, rate, ttl) : new SimulatedClient(node, this, rate, ttl);
                clients.put(name, client);
                return client;
            });
        }
        for (var prefix : List.of("", "a")) {
            world.node("watcher of '" + prefix + "'", node -> {
                var watcher = new Watcher(node, this, prefix);
                watchers.add(watcher);
                return watcher;
            });
        }
    }

    private Machine machine(String name) {
        return Objects.requireNonNull(machines.get(name));
    }

    private SimulatedServer server(String name) {
        return Objects.requireNonNull(running.get(name));
    }

    private Optional<SimulatedServer> leader() {
        return running.values().stream()
                .filter(server ->
                        world.node(server.self().name()).up() && server.raft().role() == Role.LEADER)
                .max(Comparator.comparingLong(server -> server.raft().term()));
    }

    private boolean allCaughtUp() {
        return leader().filter(leader -> running.values().stream()
                        .filter(server -> leader.raft().members().contains(server.self()))
                        .allMatch(server -> world.node(server.self().name()).up()
                                && server.applied() == leader.raft().lastIndex()
                                && server.applied() == history.committedIndex()))
                .isPresent();
    }

    // ---- fate

    private void misbehave() {
        switch (kind) {
            case TROUBLED -> trouble();
            case CHANGING -> {
                trouble();
                for (var time = 0; time < 16; time++) {
                    during(this::changeMembers);
                }
            }
            case FAILING_OVER -> {
                history.nobodyMayExpire();
                failOver();
            }
            case ROLLING -> {
                for (var round = 0; round < 2; round++) {
                    world.in(TROUBLE.dividedBy(2).multipliedBy(round).plusMillis(400), this::roll);
                }
            }
            case RESTORED -> {
                world.in(dice.between(Duration.ofMillis(300), Duration.ofMillis(700)), this::backUp);
                sometimes(4, this::pauseClient);
                sometimes(4, this::cutClient);
                sometimes(3, this::transfer);
            }
        }
        world.in(TROUBLE, this::calmDown);
    }

    private void trouble() {
        sometimes(5, () -> crash(victim(), Duration.ofMillis(500)));
        sometimes(2, this::crashAll);
        sometimes(3, this::failDisk);
        sometimes(5, () -> pause(victim()));
        sometimes(6, () -> cut(victim(), dice.pick(servers)));
        sometimes(3, this::isolateLeader);
        sometimes(3, this::transfer);
        sometimes(4, this::pauseClient);
        sometimes(3, this::crashClient);
        sometimes(4, this::cutClient);
        sometimes(2, this::stray);
    }

    private void calmDown() {
        if (stopped) {
            world.in(Duration.ofMillis(100), this::calmDown);
            return;
        }
        calm = true;
        world.network().behave();
        world.nodes().forEach(node -> node.resume());
        servers.forEach(this::start);
        clients.keySet().forEach(name -> world.node(name).restart());
    }

    /// In half of the worlds, up to so many times.
    private void sometimes(int atMost, Runnable fate) {
        if (dice.chance(0.5)) {
            IntStream.rangeClosed(0, dice.below(atMost)).forEach(time -> during(fate));
        }
    }

    private void during(Runnable fate) {
        world.in(dice.between(Duration.ofMillis(300), TROUBLE), () -> {
            if (!calm) {
                fate.run();
            }
        });
    }

    /// Trouble with a primary is more telling than with others.
    private String victim() {
        return leader().filter(leader -> dice.chance(0.5))
                .map(leader -> leader.self().name())
                .orElseGet(() -> dice.pick(servers));
    }

    private String client() {
        return dice.pick(List.copyOf(clients.keySet()));
    }

    private void start(String name) {
        if (stopped) {
            return;
        }
        try {
            world.node(name).restart();
        } catch (SimulatedStorage.Crash | UncheckedIOException failed) {
            world.note(name, "cannot start:", String.valueOf(failed.getMessage()));
            machine(name).storage().killProcess();
            machine(name).storage().capacity(Long.MAX_VALUE);
            world.in(Duration.ofMillis(20), () -> start(name));
        }
    }

    private void crash(String name, Duration atMost) {
        if (world.node(name).up()) {
            fall(name, dice.chance(0.5));
            world.in(dice.between(Duration.ofMillis(1), atMost), () -> start(name));
        }
    }

    private void fall(String name, boolean power) {
        history.count(power ? Seen.CRASH : Seen.KILL);
        world.node(name).crash();
        if (power) {
            machine(name).storage().losePower();
        } else {
            machine(name).storage().killProcess();
        }
    }

    /// Its disk ended it; it comes back when somebody has made room.
    void ends(String name) {
        world.node(name).crash();
        if (dice.chance(0.5)) {
            machine(name).storage().losePower();
        } else {
            machine(name).storage().killProcess();
        }
        world.in(dice.between(Duration.ofMillis(5), Duration.ofMillis(400)), () -> {
            machine(name).storage().capacity(Long.MAX_VALUE);
            start(name);
        });
    }

    private void crashAll() {
        history.count(Seen.ALL_CRASHED);
        servers.forEach(name -> crash(name, Duration.ofMillis(200)));
    }

    private void failDisk() {
        var storage = machine(victim()).storage();
        switch (dice.below(3)) {
            case 0 -> storage.capacity(storage.used() + dice.below(600));
            case 1 -> storage.failForceAfter(dice.below(10));
            default -> storage.crashAfter(dice.below(30));
        }
    }

    private void pause(String name) {
        var node = world.node(name);
        if (node.up() && !node.paused()) {
            history.count(Seen.PAUSE);
            node.pause();
            world.in(dice.between(Duration.ofMillis(50), Duration.ofMillis(1_200)), node::resume);
        }
    }

    private void pauseClient() {
        var node = world.node(client());
        if (node.up() && !node.paused()) {
            history.count(Seen.CLIENT_PAUSE);
            node.pause();
            world.in(dice.between(Duration.ofMillis(50), Duration.ofMillis(1_500)), node::resume);
        }
    }

    private void crashClient() {
        var node = world.node(client());
        if (node.up()) {
            history.count(Seen.CLIENT_CRASH);
            node.crash();
            world.in(dice.between(Duration.ofMillis(1), Duration.ofMillis(300)), node::restart);
        }
    }

    /// Others lead on meanwhile; what the client says is read when the primary wakes.
    private void stray() {
        leader().ifPresent(leader -> {
            var primary = leader.self().name();
            var node = world.node(primary);
            if (node.paused()) {
                return;
            }
            history.count(Seen.STRAY);
            var lasting = dice.between(Duration.ofMillis(300), Duration.ofMillis(1_500));
            var name = client();
            var deaf = dice.chance(0.7);
            servers.stream().filter(server -> !server.equals(primary)).forEach(server -> {
                cutFor(name, server, true, true, lasting.plusMillis(20));
                if (deaf) {
                    cutFor(server, primary, true, dice.chance(0.5), lasting.plusMillis(20));
                }
            });
            node.pause();
            world.in(lasting, node::resume);
        });
    }

    private void cutClient() {
        var name = client();
        history.count(Seen.CUT);
        var forth = dice.chance(0.7);
        var back = !forth || dice.chance(0.5);
        var lasting = dice.between(Duration.ofMillis(50), Duration.ofMillis(1_000));
        servers.forEach(server -> cutFor(name, server, forth, back, lasting));
    }

    private void cut(String one, String other) {
        history.count(Seen.CUT);
        cutFor(
                one,
                other,
                dice.chance(0.7),
                dice.chance(0.7),
                dice.between(Duration.ofMillis(50), Duration.ofMillis(900)));
    }

    private void isolateLeader() {
        leader().ifPresent(leader -> {
            history.count(Seen.ISOLATION);
            var forth = dice.chance(0.8);
            var back = !forth || dice.chance(0.6);
            var lasting = dice.between(Duration.ofMillis(100), Duration.ofMillis(900));
            var name = leader.self().name();
            servers.stream()
                    .filter(other -> !other.equals(name))
                    .forEach(other -> cutFor(name, other, forth, back, lasting));
        });
    }

    private void cutFor(String one, String other, boolean forth, boolean back, Duration lasting) {
        if (forth) {
            world.network().cut(one, other);
        }
        if (back) {
            world.network().cut(other, one);
        }
        world.in(lasting, () -> {
            world.network().heal(one, other);
            world.network().heal(other, one);
        });
    }

    private void transfer() {
        leader().ifPresent(this::handOver);
    }

    private void handOver(SimulatedServer leader) {
        history.count(Seen.TRANSFER);
        var others = leader.raft().members().voters().stream()
                .filter(voter -> !voter.equals(leader.self()))
                .toList();
        if (!others.isEmpty()) {
            leader.order(new Input.TransferLeadership(world.nextNumber() + (1L << 40), dice.pick(others)));
        }
    }

    private void changeMembers() {
        leader().ifPresent(leader -> {
            var members = leader.raft().members();
            var node = NodeId.founder(dice.pick(servers));
            history.count(Seen.MEMBERS_CHANGED);
            if (!members.contains(node)) {
                order(leader, new MemberChange.AddLearner(node, node.name() + ":8411"));
            } else if (members.learners().contains(node)) {
                order(leader, new MemberChange.Promote(node));
            } else if (members.voters().size() > 2) {
                order(leader, new MemberChange.Remove(node));
            }
        });
    }

    private void order(SimulatedServer leader, MemberChange change) {
        leader.order(new Input.ChangeMembers(world.nextNumber() + (1L << 40), change));
    }

    /// Whoever leads falls, as soon as the one before is back and all is well again.
    private void failOver() {
        world.in(dice.between(Duration.ofMillis(400), Duration.ofMillis(800)), () -> {
            if (calm) {
                return;
            }
            if (running.values().stream()
                    .allMatch(server -> world.node(server.self().name()).up())) {
                leader().ifPresent(leader -> crash(leader.self().name(), Duration.ofMillis(100)));
            }
            failOver();
        });
    }

    /// Of all disks at one moment; some time later it takes the place of what they have then.
    private void backUp() {
        var known = history.backup();
        var backups = new TreeMap<String, SimulatedStorage>();
        machines.forEach((name, machine) -> backups.put(name, machine.storage().backup()));
        world.in(dice.between(Duration.ofMillis(50), Duration.ofMillis(500)), () -> {
            stopped = true;
            servers.forEach(name -> world.node(name).crash());
            // Nobody counts on a lease then, and nothing of before is under way.
            world.in(ttl.plus(STRAGGLING).plusMillis(100), () -> restore(known, backups));
        });
    }

    private void restore(History.Backup known, Map<String, SimulatedStorage> backups) {
        backups.forEach((name, storage) -> machines.put(name, machine(name).with(storage)));
        life++;
        history.restored(known);
        stopped = false;
        servers.forEach(this::start);
        watchers.forEach(Watcher::goOn);
    }

    private void roll() {
        history.count(Seen.ROLLING_RESTART);
        for (var i = 0; i < servers.size(); i++) {
            var name = servers.get(i);
            world.in(Duration.ofMillis(250L * i / 2), () -> restartGently(name));
        }
    }

    private void restartGently(String name) {
        var server = server(name);
        if (server.raft().role() == Role.LEADER) {
            handOver(server);
        }
        world.in(Duration.ofMillis(40), () -> crash(name, Duration.ofMillis(60)));
    }
}
