package io.covenant.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A group in which nothing happens but what a test says: no time passes and no message arrives by itself.
final class Lab {

    static final long GROUP = 7;
    static final Settings SETTINGS = new Settings(
            Duration.ofMillis(1_000),
            Duration.ofMillis(100),
            Duration.ofMillis(1_000),
            4,
            10_000,
            100,
            1_000_000,
            1_000,
            100,
            1_000_000,
            0,
            10,
            5);

    private static final long TIMEOUT = SETTINGS.electionTimeout().toNanos();

    private final Settings settings;
    private final Map<String, Peer> peers = new TreeMap<>();
    private final Deque<Envelope> network = new ArrayDeque<>();
    private Predicate<Envelope> lost = envelope -> false;
    private long nanos = 1;
    private long tickets;

    Lab(Settings settings) {
        this.settings = settings;
    }

    /// Founders of one group.
    static Lab of(String... names) {
        return of(SETTINGS, names);
    }

    static Lab of(Settings settings, String... names) {
        var lab = new Lab(settings);
        var members = Members.of(Arrays.stream(names).map(NodeId::founder).toList());
        for (var name : names) {
            lab.start(NodeId.founder(name), Durable.founding(GROUP, members));
        }
        return lab;
    }

    Peer start(NodeId id, Durable durable) {
        var peer = new Peer(id, durable);
        peers.put(id.name(), peer);
        return peer;
    }

    Peer peer(String name) {
        return Objects.requireNonNull(peers.get(name));
    }

    Collection<Peer> peers() {
        return peers.values();
    }

    Lab losing(Predicate<Envelope> messages) {
        lost = messages;
        return this;
    }

    /// Nothing passes between these and the others.
    Lab parting(String... names) {
        var some = List.of(names);
        return losing(envelope -> some.contains(envelope.from().name())
                != some.contains(envelope.to().name()));
    }

    Lab healed() {
        return losing(envelope -> false);
    }

    /// Time passes; nobody notices before he is told to [Peer#tick].
    Lab pass(Duration time) {
        nanos += time.toNanos();
        return this;
    }

    /// All messages arrive, and those that answer them.
    Lab deliver() {
        for (var left = 10_000; !network.isEmpty(); left--) {
            assertThat(left).as("messages without end").isPositive();
            var envelope = network.removeFirst();
            var to = peers.get(envelope.to().name());
            if (to != null && !lost.test(envelope)) {
                to.hear(new Input.Receive(envelope));
            }
        }
        return this;
    }

    /// Messages that are on their way.
    Collection<Envelope> network() {
        return network;
    }

    /// Everybody has been silent for long, then this one stands.
    Peer elect(String name) {
        var peer = peer(name);
        stand(name);
        assertThat(peer.raft.role()).isEqualTo(Role.LEADER);
        return peer;
    }

    void stand(String name) {
        pass(Duration.ofNanos(2 * TIMEOUT));
        peer(name).tick();
        deliver();
    }

    /// A heartbeat of this leader goes round.
    Lab beat(String leader) {
        pass(settings.heartbeat());
        peer(leader).tick();
        return deliver();
    }

    final class Peer {

        final NodeId id;
        final List<Effect> effects = new ArrayList<>();
        final List<Entry> applied = new ArrayList<>();
        final Map<Long, Answer> answers = new HashMap<>();
        Raft raft;
        private List<StoredLog.Write> disk = new ArrayList<>();
        private List<StoredLog.Write> snapshots = new ArrayList<>();
        private long written;
        private boolean hangs;
        byte[] saved = {};

        Peer(NodeId id, Durable durable) {
            this.id = id;
            disk.add(new StoredLog.Write.Genesis(durable));
            if (durable.state().term() > 0) {
                disk.add(new StoredLog.Write.State(durable.state()));
            }
            if (!durable.log().isEmpty()) {
                disk.add(new StoredLog.Write.Entries(durable.log()));
            }
            raft = new Raft(id, settings, durable, bound -> 0, now());
        }

        private Moment now() {
            return new Moment(nanos, nanos / 1_000_000);
        }

        StoredLog store() {
            var store = new StoredLog();
            store.catchUp(disk, snapshots);
            return store;
        }

        /// A killed process comes back with all that it wrote.
        void restart() {
            var durable = store().durable();
            applied.clear();
            written = 0;
            raft = new Raft(id, settings, durable, bound -> 0, now());
        }

        /// Its disk takes writes and never finishes them.
        void hang() {
            hangs = true;
        }

        void unhang() {
            hangs = false;
            hear(new Input.Persisted(written));
        }

        void tick() {
            hear(new Input.Tick());
        }

        long propose(String command) {
            return ask(new Input.Propose(++tickets, command.getBytes(StandardCharsets.UTF_8)));
        }

        long confirm() {
            return ask(new Input.ConfirmLeadership(++tickets));
        }

        long transfer(String to) {
            return ask(new Input.TransferLeadership(++tickets, peer(to).id));
        }

        long change(MemberChange change) {
            return ask(new Input.ChangeMembers(++tickets, change));
        }

        private long ask(Input input) {
            hear(input);
            return tickets;
        }

        @Nullable
        Answer answer(long ticket) {
            return answers.get(ticket);
        }

        List<String> commands() {
            return applied.stream()
                    .filter(entry -> entry.payload() instanceof Payload.Command)
                    .map(entry -> new String(((Payload.Command) entry.payload()).bytes(), StandardCharsets.UTF_8))
                    .toList();
        }

        List<Long> terms() {
            var terms = new ArrayList<Long>();
            for (var index = raft.log.base() + 1; index <= raft.log.last(); index++) {
                terms.add(raft.log.termAt(index));
            }
            return terms;
        }

        /// What it sent last, of this kind.
        <M extends Message> List<M> sent(Class<M> kind) {
            return effects.stream()
                    .filter(Effect.Send.class::isInstance)
                    .map(effect -> ((Effect.Send) effect).envelope().message())
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        }

        <E extends Effect> List<E> effects(Class<E> kind) {
            return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
        }

        void hear(Input... inputs) {
            var before = written;
            var step = raft.on(now(), List.of(inputs));
            effects.addAll(step);
            step.forEach(this::perform);
            if (written > before && !hangs) {
                hear(new Input.Persisted(written));
            }
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.SaveState(var write, var state) -> write(write, new StoredLog.Write.State(state));
                case Effect.Append(var write, var entries) -> write(write, new StoredLog.Write.Entries(entries));
                case Effect.Reset(var write, var snapshot) -> write(write, new StoredLog.Write.Reset(snapshot));
                case Effect.Compact(var upTo) -> disk.add(new StoredLog.Write.Compact(upTo));
                case Effect.Send(var envelope) -> network.addLast(envelope);
                case Effect.Commit(var entries) -> applied.addAll(entries);
                case Effect.Reply(var ticket, var answer) -> answers.put(ticket, answer);
                case Effect.Fetch(var follower, var from, var to, var _) ->
                    hear(new Input.Fetched(follower, store().read(from, to, 3)));
                case Effect.ReadSnapshot(var follower, var snapshot, var offset, var most) -> {
                    var from = (int) Math.min(offset, saved.length);
                    var to = Math.min(saved.length, from + most);
                    hear(new Input.SnapshotRead(
                            follower, snapshot, from, Arrays.copyOfRange(saved, from, to), to == saved.length));
                }
                case Effect.StoreChunk(var snapshot, var offset, var bytes, var last) -> {
                    saved = Arrays.copyOf(offset == 0 ? new byte[0] : saved, (int) offset + bytes.length);
                    System.arraycopy(bytes, 0, saved, (int) offset, bytes.length);
                    if (last) {
                        keep(snapshot);
                        hear(new Input.SnapshotStored(snapshot));
                    }
                }
                case Effect.Restore _, Effect.Became _ -> {}
            }
        }

        private void write(long number, StoredLog.Write write) {
            written = number;
            disk.add(write);
        }

        private void keep(Snapshot snapshot) {
            snapshots.add(new StoredLog.Write.Saved(snapshot, new Machine(snapshot.index(), snapshot.term(), 0, 0)));
        }

        /// Saves what it has applied.
        Snapshot save(String content) {
            var last = applied.getLast();
            var snapshot = new Snapshot(last.index(), last.term(), raft.membership.at(last.index()));
            saved = content.getBytes(StandardCharsets.UTF_8);
            keep(snapshot);
            hear(new Input.SnapshotTaken(snapshot));
            return snapshot;
        }
    }
}
