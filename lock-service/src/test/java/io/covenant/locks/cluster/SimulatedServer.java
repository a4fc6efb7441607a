package io.covenant.locks.cluster;

import io.covenant.consensus.raft.Answer.Accepted;
import io.covenant.consensus.raft.Answer.Confirmed;
import io.covenant.consensus.raft.Durable;
import io.covenant.consensus.raft.Entry;
import io.covenant.consensus.raft.Envelope;
import io.covenant.consensus.raft.HardState;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.MessageCodec;
import io.covenant.consensus.raft.Moment;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Payload;
import io.covenant.consensus.raft.Raft;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Snapshot;
import io.covenant.consensus.raft.StorageCodec;
import io.covenant.consensus.wal.BrokenLogException;
import io.covenant.consensus.wal.Identity;
import io.covenant.consensus.wal.LogOptions;
import io.covenant.consensus.wal.SimulatedStorage;
import io.covenant.consensus.wal.SnapshotReceiver;
import io.covenant.consensus.wal.SnapshotStore;
import io.covenant.consensus.wal.WriteAheadLog;
import io.covenant.locks.namespace.CommandCodec;
import io.covenant.locks.namespace.MalformedException;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.primary.Effect;
import io.covenant.locks.primary.Input;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import io.covenant.locks.primary.Primary;
import io.covenant.locks.primary.PrimarySettings;
import io.covenant.locks.wire.SessionView;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A process of the lock service: the shell that puts the kernel of the log, the disk, the state and the
/// primary together, as the service does with threads.
final class SimulatedServer implements Program {

    static final PrimarySettings SETTINGS = new PrimarySettings(
            Duration.ofMillis(500),
            Duration.ofMillis(300),
            Duration.ofMillis(50),
            Duration.ofMillis(200),
            Duration.ofMillis(20),
            Duration.ofMillis(5),
            100,
            8,
            0);

    private static final LogOptions LOG = new LogOptions(8 * 1024, false, 16 * 1024, 64 * 1024);
    private static final MessageCodec CODEC = new MessageCodec(1 << 20);
    private static final long GROUP = 4711;
    private static final int EVENTS = 64;
    private static final long LATE = 10_000_000;

    /// What a disk may do.
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /// What the kernel says to a ticket.
    @FunctionalInterface
    private interface Answered {
        void by(io.covenant.consensus.raft.Answer answer) throws IOException;
    }

    private record Mine(long term, long proposal) {}

    private final Node node;
    private final Dice dice;
    private final Machine machine;
    private final SimulatedCluster cluster;
    private final History history;
    private final SimulatedStorage storage;
    private final WriteAheadLog log;
    private final SnapshotStore store;
    private final Raft raft;
    private final Primary primary;
    private final Streams streams;
    private Namespace state;
    private Snapshot snapshot;
    private long applied;
    private long appliedTerm;
    private Members members;
    private boolean saving;

    /// The log as the kernel sees it, durable or not.
    private final SortedMap<Long, Entry> entries = History.emptyLog();

    private final Deque<io.covenant.consensus.raft.Input> mailbox = new ArrayDeque<>();
    private final Deque<Work> toApply = new ArrayDeque<>();
    private final Map<Long, Answered> tickets = new HashMap<>();
    private final Map<Long, Mine> accepted = new TreeMap<>();
    private final TreeMap<Long, List<Work>> readers = new TreeMap<>();
    private final Map<Long, Client> clients = new HashMap<>();
    private final Map<Snapshot, io.covenant.consensus.wal.Snapshot> received = new HashMap<>();
    private io.covenant.consensus.wal.@Nullable Snapshot served;
    private @Nullable SnapshotReceiver incoming;
    private long lastTicket;
    private long unforced;
    private boolean forcing;
    private boolean stepping;
    private boolean applying;
    private long armedAt = Long.MAX_VALUE;

    private record Client(String name, Node.Question question) {}

    SimulatedServer(Node node, Machine machine, SimulatedCluster cluster) throws IOException {
        this.node = node;
        this.dice = node.dice();
        this.machine = machine;
        this.cluster = cluster;
        this.history = cluster.history();
        this.storage = machine.storage();
        var identity = new Identity("simulated", machine.id().name());
        if (!WriteAheadLog.exists(storage)) {
            WriteAheadLog.create(storage, identity, LOG).close();
        }
        this.log = WriteAheadLog.open(storage, identity, LOG);
        if (log.cutBytes() > 0) {
            history.count(Seen.TORN_TAIL);
        }
        this.store = new SnapshotStore(storage, 2, damage -> {
            throw new AssertionError(damage);
        });
        var newest = store.newest().orElse(null);
        if (newest == null) {
            snapshot = new Snapshot(0, 0, machine.founders());
            state = new Namespace(SimulatedCluster.LIMITS, EVENTS);
        } else {
            var in = new DataInputStream(newest.content());
            snapshot = header(in);
            state = Namespace.restore(in, EVENTS);
            served = newest;
            history.requireEqual(machine.id(), snapshot.index(), state);
        }
        applied = snapshot.index();
        appliedTerm = snapshot.term();
        members = snapshot.members();
        var stored = new ArrayList<Entry>();
        for (var next = Math.max(log.firstIndex(), snapshot.index()); next <= log.lastIndex(); ) {
            var read = log.read(next, Long.MAX_VALUE, 1 << 20);
            read.forEach(one -> stored.add(StorageCodec.entry(one.payload())));
            next += read.size();
        }
        stored.forEach(entry -> entries.put(entry.index(), entry));
        var bytes = log.state();
        var hard = bytes == null ? new HardState(0, null) : StorageCodec.state(bytes);
        raft = new Raft(
                machine.id(), machine.settings(), new Durable(GROUP, hard, snapshot, stored), this::lot, moment());
        primary = new Primary(SETTINGS.withEpoch(cluster.life()), nanos());
        streams = new Streams(node);
        arm();
    }

    Raft raft() {
        return raft;
    }

    NodeId self() {
        return machine.id();
    }

    long applied() {
        return applied;
    }

    boolean writing() {
        return forcing;
    }

    private long lot(long bound) {
        return Math.floorMod(dice.next(), bound);
    }

    private long nanos() {
        return (long) (node.world().elapsed().toNanos() * machine.rate());
    }

    private Moment moment() {
        return new Moment(nanos(), node.now().toEpochMilli());
    }

    // ---- one thing after the other

    /// The process ends where the disk fails it.
    private void alive(Work work) {
        try {
            work.run();
        } catch (SimulatedStorage.Crash end) {
            history.count(Seen.CRASH_IN_A_WRITE);
            cluster.ends(machine.id().name());
        } catch (BrokenLogException broken) {
            history.count(broken.diskFull() ? Seen.DISK_FULL : Seen.FORCE_FAILED);
            cluster.ends(machine.id().name());
        } catch (IOException broken) {
            history.count(Seen.FORCE_FAILED);
            cluster.ends(machine.id().name());
        }
    }

    private void later(Duration atMost, Work work) {
        node.after(dice.between(Duration.ofNanos(50_000), atMost), () -> alive(work));
    }

    private void hear(io.covenant.consensus.raft.Input input) throws IOException {
        mailbox.add(input);
        if (stepping) {
            return;
        }
        stepping = true;
        while (!mailbox.isEmpty()) {
            for (var effect : raft.on(moment(), List.of(mailbox.removeFirst()))) {
                perform(effect);
            }
            force();
        }
        stepping = false;
        arm();
    }

    private void arm() {
        var deadline = Math.min(raft.deadline(), primary.deadline());
        if (deadline >= armedAt) {
            return;
        }
        armedAt = deadline;
        var delay = Math.max(0, (long) ((deadline - nanos()) / machine.rate())) + 10_000;
        node.after(Duration.ofNanos(delay), () -> {
            if (armedAt == deadline) {
                armedAt = Long.MAX_VALUE;
            }
            if (nanos() - deadline > LATE) {
                // It stood still: what lies in its mailbox counts first.
                node.after(Duration.ofNanos(50_000), () -> alive(this::tick));
            } else {
                alive(this::tick);
            }
        });
    }

    private void tick() throws IOException {
        if (nanos() - raft.deadline() >= 0) {
            hear(new io.covenant.consensus.raft.Input.Tick());
        }
        if (nanos() - primary.deadline() >= 0) {
            tell(new Input.Tick());
        }
        arm();
    }

    // ---- messages

    @Override
    public void receive(String from, Object message) {
        alive(() -> {
            switch (message) {
                case Envelope envelope -> hear(new io.covenant.consensus.raft.Input.Receive(envelope));
                case Node.Question question -> asked(new Client(from, question));
                case Watching.Open open -> enqueue(() -> streams.open(from, open, state));
                default -> throw new AssertionError("what is " + message);
            }
        });
    }

    private void asked(Client client) throws IOException {
        var ticket = ++lastTicket;
        switch ((Ask) client.question().body()) {
            case Ask.Perform(var command, var patience) -> {
                clients.put(ticket, client);
                tell(new Input.Ask(ticket, command, patience));
            }
            case Ask.KeepAlive(var session, var ackUpTo) -> {
                clients.put(ticket, client);
                tell(new Input.Renew(ticket, session, ackUpTo));
            }
            case Ask.ReadFile(var path) when inEpoch() -> readFile(client, path);
            case Ask.Inspect(var session) when inEpoch() -> inspect(client, session);
            case Ask.ReadFile _, Ask.Inspect _ -> answer(client, new Answer.Overloaded());
        }
    }

    /// Nobody is answered out of an epoch that is over.
    private boolean inEpoch() {
        return state.epoch() >= cluster.life();
    }

    private void readFile(Client client, String path) throws IOException {
        confirm(
                (term, readIndex) -> whenApplied(readIndex, () -> {
                    var file = state.file(path);
                    var said = new Ask.Said.File(
                            file.map(one -> one.contentGeneration()).orElse(0L),
                            file.map(one -> new String(
                                            one.content().toBytes(), java.nio.charset.StandardCharsets.UTF_8))
                                    .orElse(""));
                    node.reply(client.name(), client.question(), said);
                }),
                standing -> answer(client, new Answer.NotPrimary(leaderName())));
    }

    private void inspect(Client client, long session) throws IOException {
        confirm(
                (_, readIndex) -> whenApplied(
                        readIndex,
                        () -> node.reply(
                                client.name(), client.question(), new Ask.Said.Inspected(raft.term(), view(session)))),
                _ -> answer(client, new Answer.NotPrimary(leaderName())));
    }

    private @Nullable SessionView view(long id) {
        var session = state.session(id).orElse(null);
        if (session == null) {
            return null;
        }
        var held = new ArrayList<SessionView.Held>();
        for (var name : state.heldBy(id)) {
            for (var hold : state.lock(name).orElseThrow().holds()) {
                if (!hold.lost() && hold.owner().session() == id) {
                    held.add(new SessionView.Held(
                            name,
                            Desk.mode(hold.mode()),
                            hold.owner().strand(),
                            hold.token(),
                            "",
                            hold.count(),
                            hold.requests()));
                }
            }
        }
        return new SessionView(
                id,
                session.name(),
                session.ttlMillis(),
                primary.remainingMillis(nanos(), id).orElse(0),
                held,
                List.of());
    }

    private void answer(Client client, Answer answer) {
        if (answer instanceof Answer.Replied(var index, var reply, var _)) {
            history.acknowledges(index, reply);
        }
        node.reply(client.name(), client.question(), new Ask.Said.Told(self().name(), raft.term(), answer));
    }

    private @Nullable String leaderName() {
        var leader = raft.leader();
        return leader == null ? null : leader.name();
    }

    // ---- the primary

    private void tell(Input input) throws IOException {
        for (var effect : primary.on(nanos(), input)) {
            perform(effect);
        }
        arm();
    }

    private void perform(Effect effect) throws IOException {
        switch (effect) {
            case Effect.Propose(var proposal, var time, var command) -> {
                var bytes = CommandCodec.encode(command);
                propose(
                        proposal,
                        ByteBuffer.allocate(Long.BYTES + bytes.length)
                                .putLong(time)
                                .put(bytes)
                                .array());
            }
            case Effect.Confirm(var round) ->
                confirm(
                        (term, _) -> tell(new Input.Confirmed(round, new Standing.Leads(term))),
                        standing -> tell(new Input.Confirmed(round, standing)));
            case Effect.Arm(var term) ->
                confirm(
                        (_, readIndex) -> whenApplied(
                                readIndex,
                                () -> tell(new Input.Armed(
                                        term,
                                        state.epoch(),
                                        state.timeMillis(),
                                        state.timers().arm(SETTINGS.grace().toMillis()),
                                        nextDue()))),
                        _ -> {});
            case Effect.Collect(var at, var atMost) ->
                enqueue(() -> tell(new Input.Due(state.timers().due(at, atMost))));
            case Effect.Find(var ticket, var session) ->
                confirm(
                        (term, readIndex) -> whenApplied(
                                readIndex,
                                () -> tell(new Input.Found(
                                        ticket,
                                        state.session(session).isPresent(),
                                        applied,
                                        new Standing.Leads(term)))),
                        standing -> tell(new Input.Found(ticket, false, 0, standing)));
            case Effect.Tell(var ticket, var answer) ->
                answer(Objects.requireNonNull(clients.remove(ticket), "told twice"), answer);
        }
    }

    private long nextDue() {
        return state.timers().next().map(due -> due.atMillis()).orElse(Input.NOTHING_DUE);
    }

    private void propose(long proposal, byte[] command) throws IOException {
        var ticket = ++lastTicket;
        tickets.put(ticket, answer -> {
            switch (answer) {
                case Accepted(var term, var index) -> accepted.put(index, new Mine(term, proposal));
                case io.covenant.consensus.raft.Answer.NotLeader(var leader) ->
                    fate(proposal, new Fate.NotLeader(leader == null ? null : leader.name()));
                case io.covenant.consensus.raft.Answer.Refused _ -> fate(proposal, new Fate.NotLeader(null));
                case io.covenant.consensus.raft.Answer.Overloaded _ -> fate(proposal, new Fate.Overloaded());
                case Confirmed _, io.covenant.consensus.raft.Answer.Transferred _ ->
                    throw new AssertionError("a proposal is answered by " + answer);
            }
        });
        hear(new io.covenant.consensus.raft.Input.Propose(ticket, command));
    }

    private void fate(long proposal, Fate fate) throws IOException {
        tell(new Input.Proposed(proposal, fate));
    }

    /// What follows from a confirmed leadership.
    @FunctionalInterface
    private interface Led {
        void with(long term, long readIndex) throws IOException;
    }

    /// What follows from another one's.
    @FunctionalInterface
    private interface NotLed {
        void by(Standing standing) throws IOException;
    }

    private void confirm(Led led, NotLed otherwise) throws IOException {
        var ticket = ++lastTicket;
        tickets.put(ticket, answer -> {
            switch (answer) {
                case Confirmed(var term, var readIndex) -> led.with(term, readIndex);
                case io.covenant.consensus.raft.Answer.NotLeader(var leader) ->
                    otherwise.by(new Standing.NotLeader(leader == null ? null : leader.name()));
                case io.covenant.consensus.raft.Answer.Overloaded _ -> otherwise.by(new Standing.Overloaded());
                case Accepted _,
                        io.covenant.consensus.raft.Answer.Refused _,
                        io.covenant.consensus.raft.Answer.Transferred _ ->
                    throw new AssertionError("a question is answered by " + answer);
            }
        });
        hear(new io.covenant.consensus.raft.Input.ConfirmLeadership(ticket));
    }

    void order(io.covenant.consensus.raft.Input input) {
        if (node.up() && !node.paused()) {
            alive(() -> hear(input));
        }
    }

    // ---- the kernel's effects

    private void perform(io.covenant.consensus.raft.Effect effect) throws IOException {
        switch (effect) {
            case io.covenant.consensus.raft.Effect.SaveState(var write, var hard) -> {
                log.putState(StorageCodec.encode(hard));
                unforced = write;
            }
            case io.covenant.consensus.raft.Effect.Append(var write, var more) -> {
                append(more);
                unforced = write;
            }
            case io.covenant.consensus.raft.Effect.Reset(var write, var to) -> {
                log.restartAt(to.index(), to.term());
                entries.clear();
                unforced = write;
            }
            case io.covenant.consensus.raft.Effect.Compact(var upTo) -> log.compactTo(upTo, log.term(upTo));
            case io.covenant.consensus.raft.Effect.Send(var envelope) ->
                node.send(envelope.to().name(), machine.coded() ? CODEC.decode(CODEC.encode(envelope)) : envelope);
            case io.covenant.consensus.raft.Effect.Commit(var more) -> commit(more);
            case io.covenant.consensus.raft.Effect.Restore(var to) -> enqueue(() -> restore(to));
            case io.covenant.consensus.raft.Effect.Reply(var ticket, var answer) -> replied(ticket, answer);
            case io.covenant.consensus.raft.Effect.Became(var role, var term, var leader) -> became(role, term, leader);
            case io.covenant.consensus.raft.Effect.Fetch(var follower, var from, var to, var most) ->
                later(Duration.ofMillis(2), () -> fetch(follower, from, to, most));
            case io.covenant.consensus.raft.Effect.ReadSnapshot(var follower, var of, var offset, var most) ->
                later(Duration.ofMillis(2), () -> readSnapshot(follower, of, offset, most));
            case io.covenant.consensus.raft.Effect.StoreChunk(var of, var offset, var bytes, var last) ->
                later(Duration.ofNanos(60_000), () -> storeChunk(of, offset, bytes, last));
        }
    }

    private void replied(long ticket, io.covenant.consensus.raft.Answer answer) throws IOException {
        var waiting = tickets.remove(ticket);
        if (waiting != null) {
            waiting.by(answer);
        }
    }

    private void append(List<Entry> more) throws IOException {
        var first = more.getFirst().index();
        if (first <= log.lastIndex()) {
            log.truncateFrom(first);
        }
        entries.tailMap(first).clear();
        var before = entries.get(first - 1);
        if (before != null) {
            history.written(self(), more, before.term());
        }
        for (var entry : more) {
            log.append(entry.index(), entry.term(), ByteBuffer.wrap(StorageCodec.encode(entry)));
            entries.put(entry.index(), entry);
        }
    }

    private void force() {
        if (forcing || unforced == 0) {
            return;
        }
        forcing = true;
        var slow = dice.chance(0.03) ? Duration.ofMillis(60) : Duration.ofMillis(1);
        later(machine.slowest().plus(slow), () -> {
            var upTo = unforced;
            unforced = 0;
            log.force();
            forcing = false;
            hear(new io.covenant.consensus.raft.Input.Persisted(upTo));
            force();
        });
    }

    private void became(Role role, long term, @Nullable NodeId leader) throws IOException {
        if (role == Role.LEADER) {
            history.elected(self(), term, entries, raft.snapshot().index());
        }
        tell(new Input.Became(role == Role.LEADER, term, leader == null ? null : leader.name()));
        if (role != Role.LEADER) {
            var lost = List.copyOf(accepted.values());
            accepted.clear();
            for (var mine : lost) {
                fate(mine.proposal(), new Fate.Unknown());
            }
        }
    }

    private void fetch(NodeId follower, long from, long to, int most) throws IOException {
        var read = new ArrayList<Entry>();
        try {
            log.read(from, to + 1, most).forEach(one -> read.add(StorageCodec.entry(one.payload())));
        } catch (IllegalArgumentException compacted) {
            read.clear();
        }
        hear(new io.covenant.consensus.raft.Input.Fetched(follower, read));
    }

    // ---- the state machine

    private void commit(List<Entry> more) throws IOException {
        for (var entry : more) {
            history.commits(self(), entry, raft.term());
            var mine = accepted.remove(entry.index());
            if (mine != null && mine.term() != entry.term()) {
                fate(mine.proposal(), new Fate.NotLeader(leaderName()));
                mine = null;
            }
            var proposal = mine == null ? 0 : mine.proposal();
            enqueue(() -> apply(entry, proposal));
        }
    }

    /// Applying is behind the kernel at times, and keeps the order.
    private void enqueue(Work work) throws IOException {
        toApply.add(work);
        if (machine.lag().isZero()) {
            if (!applying) {
                drain();
            }
        } else if (toApply.size() == 1 && !applying) {
            later(machine.lag(), this::drain);
        }
    }

    private void drain() throws IOException {
        applying = true;
        for (var next = toApply.peekFirst(); next != null; next = toApply.peekFirst()) {
            next.run();
            toApply.removeFirst();
            while (!readers.isEmpty() && readers.firstKey() <= applied) {
                for (var reader : readers.pollFirstEntry().getValue()) {
                    reader.run();
                }
            }
        }
        applying = false;
    }

    private void whenApplied(long index, Work action) throws IOException {
        enqueue(() -> readers.computeIfAbsent(index, _ -> new ArrayList<>()).add(action));
    }

    private void apply(Entry entry, long proposal) throws IOException {
        if (entry.index() != applied + 1) {
            throw new AssertionError("entry %d is applied after %d".formatted(entry.index(), applied));
        }
        applied = entry.index();
        appliedTerm = entry.term();
        if (entry.payload() instanceof Payload.Reconfigure(var newer)) {
            members = newer;
        }
        if (entry.payload() instanceof Payload.Command(var bytes)) {
            var in = ByteBuffer.wrap(bytes);
            var time = in.getLong();
            var rest = new byte[in.remaining()];
            in.get(rest);
            try {
                var result = state.apply(entry.index(), time, CommandCodec.decode(rest));
                history.applied(self(), result, state);
                tell(new Input.Applied(result, nextDue()));
                streams.applied(result, state);
                if (proposal != 0) {
                    fate(proposal, new Fate.Done(entry.term(), result));
                }
            } catch (MalformedException impossible) {
                throw new AssertionError(impossible);
            }
        }
        if (!saving && applied - snapshot.index() >= machine.saveEach()) {
            save();
        }
    }

    private void save() throws IOException {
        saving = true;
        var fork = state.fork();
        var of = new Snapshot(applied, appliedTerm, members);
        later(Duration.ofMillis(10), () -> {
            try (var writer = store.write(of.index(), of.term())) {
                header(of, writer);
                fork.writeTo(writer);
                serve(of, writer.commit());
            } catch (IOException full) {
                // What was not finished has no name; the log still holds everything.
                history.count(Seen.SNAPSHOT_FAILED);
                saving = false;
                return;
            }
            history.count(Seen.SNAPSHOT);
            saving = false;
            hear(new io.covenant.consensus.raft.Input.SnapshotTaken(of));
        });
    }

    /// One that is older than what came meanwhile is of no use.
    private void serve(Snapshot of, io.covenant.consensus.wal.Snapshot file) {
        if (of.index() > snapshot.index()) {
            snapshot = of;
            served = file;
        }
    }

    private void restore(Snapshot to) throws IOException {
        history.count(Seen.INSTALLATION);
        var whole = Objects.requireNonNull(received.remove(to), "never stored");
        var in = new DataInputStream(whole.content());
        var header = header(in);
        if (!header.equals(to) || to.index() < applied) {
            throw new AssertionError("%s goes back from %d to %s, stored as %s".formatted(self(), applied, to, header));
        }
        state = Namespace.restore(in, EVENTS);
        applied = to.index();
        appliedTerm = to.term();
        members = to.members();
        serve(to, whole);
        history.requireEqual(self(), applied, state);
        streams.restored(applied, state.epoch());
    }

    private void readSnapshot(NodeId follower, Snapshot of, long offset, int most) throws IOException {
        var file = served;
        if (file == null) {
            return;
        }
        var from = snapshot.equals(of) ? offset : 0;
        var bytes = new byte[Math.clamp(file.size() - from, 0, most)];
        file.read(ByteBuffer.wrap(bytes), from);
        hear(new io.covenant.consensus.raft.Input.SnapshotRead(
                follower, snapshot, from, bytes, from + bytes.length >= file.size()));
    }

    private void storeChunk(Snapshot of, long offset, byte[] bytes, boolean last) throws IOException {
        var receiver = incoming;
        if (offset == 0) {
            receiver = store.receive(of.index(), of.term());
            incoming = receiver;
        }
        if (receiver == null) {
            return;
        }
        receiver.accept(offset, ByteBuffer.wrap(bytes));
        if (last) {
            received.put(of, receiver.commit());
            incoming = null;
            hear(new io.covenant.consensus.raft.Input.SnapshotStored(of));
        }
    }

    private static void header(Snapshot of, OutputStream out) throws IOException {
        var name = StorageCodec.encode(of);
        var bytes = new ByteArrayOutputStream();
        var data = new DataOutputStream(bytes);
        data.writeInt(name.length);
        data.write(name);
        out.write(bytes.toByteArray());
    }

    private static Snapshot header(DataInputStream in) throws IOException {
        return StorageCodec.snapshot(in.readNBytes(in.readInt()));
    }
}
