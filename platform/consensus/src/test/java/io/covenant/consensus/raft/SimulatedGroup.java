package io.covenant.consensus.raft;

import io.covenant.consensus.raft.SimulatedReplica.Traits;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Tally;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// A group of replicas with its clients in one world, and the fate that befalls it.
///
/// Each seed is another group: how many members, which bounds, which faults. Not every kind of fault happens
/// in every world, since many kinds at once hide each other.
final class SimulatedGroup {

    private static final Duration TROUBLE = Duration.ofSeconds(3);
    private static final Duration STRAGGLING = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long NUMBER = 4711;

    /// What happens to the members.
    private enum Kind {
        STAYS,
        CHANGES,
        LOSES_A_DISK
    }

    private final World world;
    private final Dice dice;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final Kind kind;
    private final boolean unsettled;
    private final Settings settings;
    private final List<String> names;
    private final Members founders;
    private final boolean batches;
    private final boolean coded;
    private final int saveEach;
    private final Map<String, NodeId> seats = new TreeMap<>();
    private final Map<String, Long> diskNumbers = new HashMap<>();
    private final Map<String, SimulatedReplica> replicas = new TreeMap<>();
    private final Map<NodeId, StoredLog> disks = new HashMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();

    private SimulatedGroup(World world, Tally<Event> tally, Set<PlantedBug> bugs) {
        this.world = world;
        this.dice = world.dice();
        this.bugs = bugs;
        this.history = new History(tally);
        this.kind = dice.pick(List.of(Kind.STAYS, Kind.STAYS, Kind.CHANGES, Kind.CHANGES, Kind.LOSES_A_DISK));
        var founding = kind == Kind.CHANGES ? dice.pick(List.of(1, 2, 3, 4, 4, 5)) : dice.pick(List.of(3, 3, 3, 4, 5));
        var spare = kind == Kind.STAYS ? 0 : 1 + dice.below(2);
        this.names = IntStream.rangeClosed(1, founding + spare)
                .mapToObj(number -> "n" + number)
                .toList();
        this.founders = Members.of(
                names.subList(0, founding).stream().map(NodeId::founder).toList());
        this.unsettled = dice.chance(0.3);
        this.settings = settings();
        this.batches = dice.chance(0.3);
        this.coded = dice.chance(0.2);
        this.saveEach = dice.pick(List.of(0, 0, 5, 12, 30));
    }

    /// Half of the time somebody is cut off with a new leader, and it falls or is told to change the members
    /// at once: what earlier leaders left half done meets what later ones begin.
    void elected(SimulatedReplica leader) {
        if (!unsettled || world.elapsed().compareTo(TROUBLE) > 0) {
            return;
        }
        var name = leader.self().name();
        if (kind == Kind.CHANGES && dice.chance(0.7)) {
            world.in(dice.between(Duration.ZERO, Duration.ofMillis(2)), () -> removeSomebody(leader));
        }
        if (dice.chance(0.8)) {
            world.in(
                    dice.between(Duration.ZERO, Duration.ofMillis(dice.pick(List.of(15, 60)))),
                    () -> crash(name, Duration.ofMillis(dice.pick(List.of(20, 400)))));
        }
        var share = dice.pick(kind == Kind.CHANGES ? List.of(0.0, 0.5, 1.0) : List.of(0.0, 1.0, 1.0));
        var lasting = dice.between(Duration.ofMillis(50), Duration.ofMillis(400));
        names.stream()
                .filter(other -> !other.equals(name) && dice.chance(share))
                .forEach(other -> cutFor(name, other, true, dice.chance(0.7), lasting));
    }

    private void removeSomebody(SimulatedReplica leader) {
        var voters = leader.raft().members().voters();
        if (voters.size() > 2) {
            order(leader, new MemberChange.Remove(dice.pick(List.copyOf(voters))));
        }
    }

    private Settings settings() {
        return new Settings(
                Duration.ofMillis(150),
                Duration.ofMillis(dice.pick(List.of(20, 40, 60))),
                Duration.ofMillis(200),
                1 + dice.below(5),
                dice.pick(unsettled ? List.of(50) : List.of(50, 150, 5_000)),
                dice.pick(List.of(4, 20, 1_000)),
                100_000,
                1_000,
                1_000,
                dice.pick(List.of(0L, 300L, 1_000_000L)),
                dice.pick(List.of(0, 3, 20)),
                dice.pick(List.of(20, 70, 1_000)),
                dice.pick(List.of(0, 3, 10)));
    }

    /// Builds a group, lets trouble come and go, and waits until all is well.
    static void play(World world, Tally<Event> tally, Set<PlantedBug> bugs) {
        var group = new SimulatedGroup(world, tally, bugs);
        group.build();
        group.misbehave();
        world.quietWhen("trouble is over", () -> world.elapsed().compareTo(TROUBLE.plus(STRAGGLING)) > 0)
                .quietWhen("a client waits", () -> group.clients.stream().allMatch(SimulatedClient::contented))
                .quietWhen("a member lags behind", group::allCaughtUp)
                .untilQuiet(PATIENCE);
        tally.played(world.elapsed(), world.events());
    }

    History history() {
        return history;
    }

    Set<PlantedBug> bugs() {
        return bugs;
    }

    StoredLog durableAt(NodeId node) {
        return Objects.requireNonNull(disks.get(node));
    }

    private void build() {
        world.network()
                .delay(Duration.ofNanos(100_000), Duration.ofMillis(1 + dice.below(6)))
                .loss(dice.pick(List.of(0.0, 0.02, 0.1)))
                .duplication(dice.pick(List.of(0.0, 0.02, 0.1)))
                .stragglers(dice.pick(List.of(0.0, 0.02, 0.1)), STRAGGLING)
                .doublesOnly(message -> message instanceof Envelope);
        for (var name : names) {
            seats.put(name, NodeId.founder(name));
        }
        for (var name : names) {
            var traits = new Traits(
                    settings,
                    dice.pick(List.of(1.0, 1.0, 0.9, 1.1, 0.7, 1.4)),
                    Duration.ofMillis(dice.pick(List.of(1, 3, 15))),
                    batches,
                    coded,
                    saveEach);
            world.node(name, node -> {
                var self = seat(name);
                var genesis = founders.isVoter(self) ? Durable.founding(NUMBER, founders) : Durable.joining(NUMBER);
                var disk = diskNumbers.getOrDefault(name, 0L);
                var replica = new SimulatedReplica(node, self, disk, genesis, traits, this);
                replicas.put(name, replica);
                disks.put(self, replica.durable());
                return replica;
            });
        }
        if (dice.chance(0.3)) {
            names.forEach(name -> world.node(name)
                    .skew(dice.between(Duration.ZERO, Duration.ofSeconds(4)).minusSeconds(2)));
        }
        var pace = Duration.ofMillis(dice.pick(List.of(15, 40, 80)));
        for (var number = 1; number <= 2 + dice.below(2); number++) {
            world.node("client-" + number, node -> {
                var client = new SimulatedClient(node, names, history, pace, TROUBLE.plus(STRAGGLING));
                clients.add(client);
                return client;
            });
        }
    }

    private NodeId seat(String name) {
        return Objects.requireNonNull(seats.get(name));
    }

    private Optional<SimulatedReplica> leader() {
        return replicas.values().stream()
                .filter(replica ->
                        world.node(replica.self().name()).up() && replica.raft().role() == Role.LEADER)
                .max(Comparator.comparingLong(replica -> replica.raft().term()));
    }

    private boolean allCaughtUp() {
        return leader().filter(this::allCaughtUpWith).isPresent();
    }

    private boolean allCaughtUpWith(SimulatedReplica leader) {
        var members = leader.raft().members();
        return leader.machine().index() == leader.raft().lastIndex()
                && replicas.values().stream()
                        .filter(replica -> members.contains(replica.self()))
                        .allMatch(replica -> replica.machine().equals(leader.machine()));
    }

    private void misbehave() {
        sometimes(6, () -> crash(victim(), Duration.ofMillis(500)));
        sometimes(2, this::crashAll);
        sometimes(6, () -> pause(victim()));
        sometimes(8, () -> cut(victim(), dice.pick(names)));
        sometimes(4, this::isolateLeader);
        sometimes(5, this::transfer);
        switch (kind) {
            case STAYS -> {}
            case CHANGES -> {
                for (var time = unsettled ? 24 : 0; time < 30; time++) {
                    during(this::changeMembers);
                }
            }
            case LOSES_A_DISK -> {
                world.in(dice.between(Duration.ZERO, TROUBLE.dividedBy(2)), this::wipe);
                for (var time = 0; time < 30; time++) {
                    during(this::replaceTheLost);
                }
            }
        }
        world.in(TROUBLE, () -> {
            world.network().behave();
            world.nodes().forEach(node -> {
                node.resume();
                node.restart();
            });
        });
    }

    /// In half of the worlds, up to so many times.
    private void sometimes(int atMost, Runnable fate) {
        if (dice.chance(0.5)) {
            IntStream.rangeClosed(0, dice.below(atMost)).forEach(time -> during(fate));
        }
    }

    private void during(Runnable fate) {
        world.in(dice.between(Duration.ZERO, TROUBLE), fate);
    }

    /// Trouble with a leader is more telling than with others.
    private String victim() {
        return leader().filter(leader -> dice.chance(0.5))
                .map(leader -> leader.self().name())
                .orElseGet(() -> dice.pick(names));
    }

    private void crash(String name, Duration atMost) {
        var node = world.node(name);
        if (!node.up()) {
            return;
        }
        history.count(Event.CRASH);
        if (Objects.requireNonNull(replicas.get(name)).writing()) {
            history.count(Event.CRASH_WHILE_WRITING);
        }
        node.crash();
        world.in(dice.between(Duration.ofMillis(1), atMost), node::restart);
    }

    private void crashAll() {
        history.count(Event.ALL_CRASHED);
        names.forEach(name -> crash(name, Duration.ofMillis(200)));
    }

    private void pause(String name) {
        var node = world.node(name);
        if (node.up() && !node.paused()) {
            history.count(Event.PAUSE);
            node.pause();
            world.in(dice.between(Duration.ofMillis(50), Duration.ofMillis(900)), node::resume);
        }
    }

    private void cut(String one, String other) {
        history.count(Event.CUT);
        cutFor(
                one,
                other,
                dice.chance(0.7),
                dice.chance(0.7),
                dice.between(Duration.ofMillis(50), Duration.ofSeconds(1)));
    }

    private void isolateLeader() {
        leader().ifPresent(leader -> {
            history.count(Event.ISOLATION);
            var forth = dice.chance(0.8);
            var back = !forth || dice.chance(0.6);
            var lasting = dice.between(Duration.ofMillis(100), Duration.ofSeconds(1));
            var name = leader.self().name();
            names.stream()
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
        leader().ifPresent(leader -> {
            history.count(Event.TRANSFER_ASKED);
            var target = dice.pick(List.copyOf(leader.raft().members().voters()));
            leader.order(new Input.TransferLeadership(world.nextNumber(), target));
        });
    }

    private void order(SimulatedReplica leader, MemberChange change) {
        leader.order(new Input.ChangeMembers(world.nextNumber(), change));
    }

    private void changeMembers() {
        // Anybody who believes to lead, not only the newest.
        var believers = replicas.values().stream()
                .filter(replica ->
                        world.node(replica.self().name()).up() && replica.raft().role() == Role.LEADER)
                .toList();
        if (believers.isEmpty()) {
            return;
        }
        var leader = dice.pick(believers);
        var members = leader.raft().members();
        var node = seat(dice.pick(names));
        if (!members.contains(node)) {
            order(leader, new MemberChange.AddLearner(node));
        } else if (members.learners().contains(node)) {
            order(leader, new MemberChange.Promote(node));
        } else if (members.voters().size() > 1) {
            order(leader, new MemberChange.Remove(node));
        }
    }

    private void wipe() {
        var name = dice.pick(names.subList(0, founders.voters().size()));
        history.count(Event.WIPE);
        world.node(name).crash();
        var fresh = world.nextNumber();
        if (!bugs.contains(PlantedBug.LOST_DISK_VOTES)) {
            seats.put(name, new NodeId(name, fresh));
        }
        diskNumbers.put(name, fresh);
        world.node(name).restart();
    }

    /// The node whose disk was lost leaves, and comes back as somebody new.
    private void replaceTheLost() {
        leader().ifPresent(leader -> {
            var members = leader.raft().members();
            var lost = members.voters().stream()
                    .filter(voter -> !seats.containsValue(voter))
                    .findFirst();
            var fresh = seats.values().stream()
                    .filter(node -> !members.isVoter(node))
                    .findFirst();
            if (fresh.isPresent() && dice.chance(0.6)) {
                order(
                        leader,
                        members.contains(fresh.get())
                                ? new MemberChange.Promote(fresh.get())
                                : new MemberChange.AddLearner(fresh.get()));
            } else if (lost.isPresent()) {
                order(leader, new MemberChange.Remove(lost.get()));
            }
        });
    }
}
