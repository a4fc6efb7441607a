package io.covenant.consensus.raft;

import io.covenant.consensus.raft.StoredLog.Write;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A shell around the kernel: a disk with group commit, a clock of its own, a state machine, clients.
final class SimulatedReplica implements Program {

    /// What clients ask for.
    sealed interface Request {

        long operation();

        record Put(long operation) implements Request {}

        record Get(long operation) implements Request {}

        record KeepAlive(long operation) implements Request {}
    }

    /// What they hear, if anything.
    sealed interface Response {

        record Done() implements Response {}

        record Elsewhere(@Nullable NodeId leader) implements Response {}
    }

    private record Asked(String client, Node.Question question, Request request) {}

    private record Promise(NodeId candidate, long term, boolean pre) {}

    private static final MessageCodec CODEC = new MessageCodec(1 << 16);

    private final Node node;
    private final Dice dice;
    private final NodeId self;
    private final Traits traits;
    private final History history;
    private final Set<PlantedBug> bugs;
    private final SimulatedGroup group;
    private final Disk<Write> disk;
    private final Disk<Write> snapshots;
    private final StoredLog durable = new StoredLog();
    private final StoredLog written = new StoredLog();
    private final Raft raft;
    private final List<Input> mailbox = new ArrayList<>();
    private final Map<Long, Asked> tickets = new HashMap<>();
    private final Map<Long, Map.Entry<Long, Asked>> accepted = new TreeMap<>();
    private final TreeMap<Long, List<Asked>> reads = new TreeMap<>();
    private final Set<Promise> deserved = new HashSet<>();
    private final Set<Promise> undeserved = new HashSet<>();
    private Machine machine;
    private Members members;
    private final Map<Snapshot, Machine> stored = new HashMap<>();
    private byte[] incoming = {};
    private List<Input> unforced = new ArrayList<>();
    private boolean forcing;
    private long lastWrite;
    private long armed = Long.MAX_VALUE;
    private long leaderHeardAt;

    /// What distinguishes the replicas of one world from those of another.
    ///
    /// @param rate     of the clock
    /// @param slowest  force of the disk
    /// @param batches  inputs are gathered for a while
    /// @param coded    messages go through the codec
    /// @param saveEach so many entries, 0 for never
    record Traits(Settings settings, double rate, Duration slowest, boolean batches, boolean coded, int saveEach) {}

    SimulatedReplica(Node node, NodeId self, long diskNumber, Durable genesis, Traits traits, SimulatedGroup group) {
        this.node = node;
        this.dice = node.dice();
        this.self = self;
        this.traits = traits;
        this.group = group;
        this.history = group.history();
        this.bugs = group.bugs();
        this.disk = node.disk("log-" + diskNumber);
        this.snapshots = node.disk("snapshots-" + diskNumber);
        if (disk.contents().isEmpty()) {
            disk.write(new Write.Genesis(genesis));
            disk.force();
        }
        readBack(durable);
        readBack(written);
        machine = written.place().machine();
        members = written.place().snapshot().members();
        if (machine.index() > 0) {
            history.applied(self, machine, written.durable().state().term());
        }
        raft = new Raft(self, traits.settings(), written.durable(), this::lot, moment(), new PlantedRules(bugs));
        leaderHeardAt = nanos();
        arm();
    }

    Raft raft() {
        return raft;
    }

    NodeId self() {
        return self;
    }

    Machine machine() {
        return machine;
    }

    private void readBack(StoredLog log) {
        log.catchUp(disk.contents(), snapshots.contents());
    }

    boolean writing() {
        return forcing;
    }

    StoredLog durable() {
        return durable;
    }

    private long lot(long bound) {
        return Math.floorMod(dice.next(), bound);
    }

    private long nanos() {
        return (long) (node.world().elapsed().toNanos() * traits.rate());
    }

    private Moment moment() {
        return new Moment(nanos(), node.now().toEpochMilli());
    }

    @Override
    public void receive(String from, Object message) {
        switch (message) {
            case Envelope envelope -> hear(new Input.Receive(envelope));
            case Node.Question question
            when question.body() instanceof Request request -> onRequest(new Asked(from, question, request));
            default -> throw new AssertionError("what is " + message);
        }
    }

    private void onRequest(Asked asked) {
        var ticket = node.world().nextNumber();
        tickets.put(ticket, asked);
        hear(
                switch (asked.request()) {
                    case Request.Put(var operation) -> new Input.Propose(ticket, bytes(operation));
                    case Request.Get _, Request.KeepAlive _ -> new Input.ConfirmLeadership(ticket);
                });
    }

    private static byte[] bytes(long operation) {
        var out = new Wire.Writer(8);
        out.number(operation);
        return out.toBytes();
    }

    void order(Input input) {
        if (node.up() && !node.paused()) {
            hear(input);
        }
    }

    private void hear(Input input) {
        if (!traits.batches()) {
            feed(List.of(input));
            return;
        }
        mailbox.add(input);
        if (mailbox.size() == 1) {
            node.after(dice.between(Duration.ZERO, Duration.ofNanos(600_000)), () -> {
                var inputs = List.copyOf(mailbox);
                mailbox.clear();
                feed(inputs);
            });
        }
    }

    private void feed(List<Input> inputs) {
        var leading = raft.role() == Role.LEADER;
        for (var input : inputs) {
            if (input instanceof Input.Receive(var envelope)) {
                watch(envelope, inputs.size() == 1);
            }
        }
        var effects = raft.on(moment(), inputs);
        for (var effect : effects) {
            perform(effect);
        }
        if (leading && raft.role() != Role.LEADER) {
            history.count(Event.STEPPED_DOWN);
            if (!raft.members().contains(self)) {
                history.count(Event.LEADER_REMOVED);
            }
        }
        serveReads();
        force();
        arm();
    }

    private void arm() {
        var deadline = raft.deadline();
        if (deadline < armed) {
            armed = deadline;
            var delay = Math.max(0, (long) ((deadline - nanos()) / traits.rate()) + 1_000);
            node.after(Duration.ofNanos(delay), () -> {
                if (armed == deadline) {
                    armed = Long.MAX_VALUE;
                }
                if (nanos() - raft.deadline() >= 0) {
                    hear(new Input.Tick());
                } else {
                    arm();
                }
            });
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.SaveState(var write, var state) -> write(write, new Write.State(state));
            case Effect.Append(var write, var entries) -> {
                var first = entries.getFirst().index();
                if (first <= written.last()) {
                    history.count(Event.TRUNCATION);
                }
                history.written(self, entries, raft.log.termAt(first - 1));
                write(write, new Write.Entries(entries));
            }
            case Effect.Reset(var write, var snapshot) -> {
                history.count(Event.LOG_DISCARDED);
                write(write, new Write.Reset(snapshot));
            }
            case Effect.Compact(var upTo) -> disk.write(new Write.Compact(upTo));
            case Effect.Send(var envelope) -> send(envelope);
            case Effect.Commit(var entries) -> commit(entries);
            case Effect.Restore(var snapshot) -> restore(snapshot);
            case Effect.Reply(var ticket, var answer) -> answer(ticket, answer);
            case Effect.Became(var role, var term, var _) -> {
                if (role == Role.LEADER) {
                    history.elected(self, term, raft.log);
                    group.elected(this);
                }
            }
            case Effect.Fetch(var follower, var from, var to, var _) -> {
                history.count(Event.FETCH);
                later(() -> hear(new Input.Fetched(follower, written.read(from, to, 1 + dice.below(4)))));
            }
            case Effect.ReadSnapshot(var follower, var snapshot, var offset, var most) ->
                later(() -> readSnapshot(follower, snapshot, offset, most));
            case Effect.StoreChunk(var snapshot, var offset, var bytes, var last) ->
                storeChunk(snapshot, offset, bytes, last);
        }
    }

    private void later(Runnable action) {
        node.after(dice.between(Duration.ofNanos(50_000), Duration.ofMillis(2)), action);
    }

    private void send(Envelope envelope) {
        if (envelope.message() instanceof Message.Vote(var term, var pre, var granted)
                && granted
                && undeserved.contains(new Promise(envelope.to(), term, pre))
                && !deserved.contains(new Promise(envelope.to(), term, pre))) {
            throw new AssertionError(self + " votes against a leader that it hears: " + envelope);
        }
        node.send(envelope.to().name(), traits.coded() ? CODEC.decode(CODEC.encode(envelope)) : envelope);
    }

    /// Remembers by itself whom this node must not vote for; among several messages at once only what is sure.
    private void watch(Envelope envelope, boolean alone) {
        if (!envelope.to().equals(self)) {
            return;
        }
        switch (envelope.message()) {
            case Message.Append append when append.term() >= raft.term() && alone -> leaderHeardAt = nanos();
            case Message.RequestVote(var term, var _, var _, var pre, var handOver) -> {
                var promise = new Promise(envelope.from(), term, pre);
                var timeout = traits.settings().electionTimeout().toNanos();
                var live = raft.leader() != null && nanos() - leaderHeardAt < timeout;
                if (!alone || !live || handOver || raft.role() != Role.FOLLOWER) {
                    deserved.add(promise);
                } else if (!deserved.contains(promise)) {
                    undeserved.add(promise);
                }
            }
            default -> {}
        }
    }

    private void write(long number, Write write) {
        if (number != lastWrite + 1) {
            throw new AssertionError("write " + number + " follows " + lastWrite);
        }
        lastWrite = number;
        disk.write(write);
        readBack(written);
        unforced.add(new Input.Persisted(number));
    }

    /// One force after the other, each for all that was written before it began.
    private void force() {
        if (forcing || unforced.isEmpty()) {
            return;
        }
        forcing = true;
        var reported = unforced;
        unforced = new ArrayList<>();
        if (bugs.contains(PlantedBug.PERSISTED_BEFORE_FORCED)) {
            later(() -> reported.forEach(this::hear));
        }
        var slow = dice.chance(0.03) ? Duration.ofMillis(80) : Duration.ofMillis(1);
        node.after(dice.between(Duration.ofNanos(100_000), traits.slowest().plus(slow)), () -> {
            disk.force();
            snapshots.force();
            readBack(durable);
            forcing = false;
            if (!bugs.contains(PlantedBug.PERSISTED_BEFORE_FORCED)) {
                reported.forEach(this::hear);
            }
            force();
        });
    }

    private void commit(List<Entry> entries) {
        requireMajority(entries.getLast());
        for (var entry : entries) {
            machine = machine.apply(entry);
            history.applied(self, machine, raft.term());
            if (entry.payload() instanceof Payload.Reconfigure(var newer)) {
                members = newer;
            }
            var waiting = accepted.remove(entry.index());
            if (waiting != null) {
                if (waiting.getKey() == entry.term()) {
                    history.acknowledges(entry.index(), entry.term());
                    reply(waiting.getValue(), new Response.Done());
                } else {
                    history.count(Event.WRITE_OVERWRITTEN);
                }
            }
            if (traits.saveEach() > 0 && entry.index() % traits.saveEach() == 0) {
                save();
            }
        }
    }

    /// What a leader takes for committed is durable at a majority.
    private void requireMajority(Entry entry) {
        if (raft.role() != Role.LEADER) {
            return;
        }
        var voters = raft.members().voters();
        var holding = voters.stream()
                .filter(voter ->
                        (voter.equals(self) ? durable : group.durableAt(voter)).holds(entry.index(), entry.term()))
                .count();
        if (holding < raft.members().majority()) {
            throw new AssertionError(
                    "%s takes %s for committed, which only %d of %s hold".formatted(self, entry, holding, voters));
        }
    }

    private void save() {
        history.count(Event.SNAPSHOT);
        var snapshot = new Snapshot(machine.index(), machine.term(), members);
        snapshots.write(new Write.Saved(snapshot, machine));
        readBack(written);
        unforced.add(new Input.SnapshotTaken(snapshot));
    }

    private void restore(Snapshot snapshot) {
        history.count(Event.INSTALLATION);
        if (snapshot.index() < machine.index()) {
            throw new AssertionError(self + " goes back from " + machine.index() + " to " + snapshot);
        }
        machine = Objects.requireNonNull(stored.remove(snapshot));
        members = snapshot.members();
        history.applied(self, machine, raft.term());
        accepted.keySet().removeIf(index -> index <= machine.index());
    }

    private void storeChunk(Snapshot snapshot, long offset, byte[] bytes, boolean last) {
        history.count(Event.CHUNK);
        if (offset == 0) {
            incoming = new byte[0];
        }
        if (offset != incoming.length) {
            throw new AssertionError("a chunk of " + offset + " after " + incoming.length);
        }
        incoming = Arrays.copyOf(incoming, incoming.length + bytes.length);
        System.arraycopy(bytes, 0, incoming, (int) offset, bytes.length);
        if (last) {
            stored.put(snapshot, Machine.of(incoming));
            snapshots.write(new Write.Saved(snapshot, Machine.of(incoming)));
            readBack(written);
            unforced.add(new Input.SnapshotStored(snapshot));
        }
    }

    private void readSnapshot(NodeId follower, Snapshot snapshot, long offset, int most) {
        var place = written.place();
        var all = place.machine().toBytes();
        var from = place.snapshot().equals(snapshot) ? (int) Math.min(offset, all.length) : 0;
        var to = Math.min(all.length, from + most);
        hear(new Input.SnapshotRead(
                follower, place.snapshot(), from, Arrays.copyOfRange(all, from, to), to == all.length));
    }

    private void answer(long ticket, Answer answer) {
        var asked = tickets.remove(ticket);
        if (asked == null) {
            countOrder(answer);
            return;
        }
        switch (answer) {
            case Answer.Accepted(var term, var index) -> accepted.put(index, Map.entry(term, asked));
            case Answer.Confirmed(var term, var readIndex) -> {
                history.confirms(asked.request().operation(), term);
                if (asked.request() instanceof Request.Get) {
                    reads.computeIfAbsent(readIndex, index -> new ArrayList<>()).add(asked);
                } else {
                    history.count(Event.KEEP_ALIVE);
                    reply(asked, new Response.Done());
                }
            }
            case Answer.NotLeader(var leader) -> {
                if (!(asked.request() instanceof Request.Put) && leader == null) {
                    history.count(Event.NOT_CONFIRMED);
                }
                reply(asked, new Response.Elsewhere(leader));
            }
            case Answer.Overloaded _ -> {
                history.count(Event.OVERLOADED);
                reply(asked, new Response.Elsewhere(self));
            }
            case Answer.Refused _ -> reply(asked, new Response.Elsewhere(null));
            case Answer.Transferred _ -> throw new AssertionError("nobody wanted that");
        }
    }

    private void countOrder(Answer answer) {
        switch (answer) {
            case Answer.Transferred _ -> history.count(Event.TRANSFERRED);
            case Answer.Accepted(var _, var index) -> countChange(index);
            case Answer.Refused(var reason) -> {
                switch (reason) {
                    case TRANSFER_TIMED_OUT -> history.count(Event.TRANSFER_TIMED_OUT);
                    case NOT_CAUGHT_UP -> history.count(Event.PROMOTION_REFUSED);
                    case CHANGE_PENDING, TERM_NOT_COMMITTED -> history.count(Event.CHANGE_REFUSED);
                    case TRANSFERRING, TOO_LARGE, UNKNOWN_MEMBER, ALREADY_MEMBER, LAST_VOTER -> {}
                }
            }
            case Answer.Confirmed _, Answer.NotLeader _, Answer.Overloaded _ -> {}
        }
    }

    private void countChange(long index) {
        var before = raft.membership.at(index - 1);
        var after = raft.membership.at(index);
        if (after.voters().size() > before.voters().size()) {
            history.count(Event.PROMOTION);
        } else if (after.learners().size() > before.learners().size()) {
            history.count(Event.LEARNER_ADDED);
        } else {
            history.count(Event.REMOVAL);
        }
    }

    private void serveReads() {
        while (!reads.isEmpty() && reads.firstKey() <= machine.index()) {
            for (var asked : reads.pollFirstEntry().getValue()) {
                history.reads(asked.request().operation(), machine.index());
                reply(asked, new Response.Done());
            }
        }
    }

    private void reply(Asked asked, Response response) {
        node.reply(asked.client(), asked.question(), response);
    }
}
