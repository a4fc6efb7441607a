package io.covenant.consensus.node;

import io.covenant.consensus.raft.Answer;
import io.covenant.consensus.raft.Answer.Reason;
import io.covenant.consensus.raft.Effect;
import io.covenant.consensus.raft.Entry;
import io.covenant.consensus.raft.Input;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.MessageCodec;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Raft;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Status;
import io.covenant.consensus.raft.StorageCodec;
import io.covenant.consensus.wal.GroupCommit;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The turns of the kernel. Each takes all that waits, steps once, and performs the effects in their order.
///
/// One thread at a time has the turn: the kernel's own, which also keeps the time, or one of the node's that
/// brings something while nobody has it. To wake another thread costs more than most turns.
final class DutyCycle<R> {

    private record Accepted<R>(long term, Request<R> request) {}

    private static final String STEPPED_DOWN = "the leadership was lost before this was committed";
    private static final String ENDED = "the node ended before this was committed or applied";

    private final Raft raft;
    private final Mailbox<R> mailbox;
    private final WriteAheadLog log;
    private final GroupCommit forces;
    private final Applier<R> applier;
    private final Snapshots snapshots;
    private final ExecutorService reading;
    private final FrameSender sender;
    private final MessageCodec codec;
    private final Surroundings surroundings;
    private final Consumer<Throwable> onFailure;

    /// Held by who has the turn, and guards all below.
    private final ReentrantLock turn = new ReentrantLock();

    private NodeState state;

    /// Given to the kernel, which has not answered yet.
    private final Map<Long, Request<R>> open = new HashMap<>();

    /// In the log, and not committed.
    private final Map<Long, Accepted<R>> accepted = new HashMap<>();

    private long lastTicket;
    private long unforced;
    private Members members;
    private final List<CompletableFuture<Status>> awaitingCalm = new ArrayList<>();
    private final List<CompletableFuture<NodeId>> awaitingAnotherLeader = new ArrayList<>();
    private volatile View view;

    /// What others may see without asking.
    record View(Role role, long term, @Nullable NodeId leader) {}

    /// @param onFailure hears what went wrong on a thread that helped
    DutyCycle(
            Raft raft,
            NodeState state,
            Mailbox<R> mailbox,
            WriteAheadLog log,
            GroupCommit forces,
            Applier<R> applier,
            Snapshots snapshots,
            ExecutorService reading,
            FrameSender sender,
            MessageCodec codec,
            Surroundings surroundings,
            Consumer<Throwable> onFailure) {
        this.raft = raft;
        this.state = state;
        this.mailbox = mailbox;
        this.log = log;
        this.forces = forces;
        this.applier = applier;
        this.snapshots = snapshots;
        this.reading = reading;
        this.sender = sender;
        this.codec = codec;
        this.surroundings = surroundings;
        this.onFailure = onFailure;
        this.members = raft.members();
        this.view = new View(raft.role(), raft.term(), raft.leader());
    }

    View view() {
        return view;
    }

    // ---- in a turn only

    Status status() {
        return raft.status();
    }

    int open() {
        return open.size() + accepted.size();
    }

    /// Ends once nothing is open.
    void awaitCalm(CompletableFuture<Status> future) {
        awaitingCalm.add(future);
    }

    /// Ends once this node follows somebody.
    void awaitAnotherLeader(CompletableFuture<NodeId> future) {
        awaitingAnotherLeader.add(future);
        tellOfAnotherLeader();
    }

    private void tellOfAnotherLeader() {
        var leader = raft.leader();
        if (leader != null && raft.role() != Role.LEADER) {
            awaitingAnotherLeader.forEach(future -> future.complete(leader));
            awaitingAnotherLeader.clear();
        }
    }

    /// Runs until the mailbox is closed.
    void run() {
        try {
            tellFirstMembers();
            while (!mailbox.isClosed()) {
                var deadline = turn();
                applier.help();
                mailbox.await(deadline - surroundings.nanos().getAsLong());
            }
        } catch (InterruptedException stray) {
            throw new IllegalStateException("nobody interrupts the thread of the kernel", stray);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            abandon();
        }
    }

    private void tellFirstMembers() {
        turn.lock();
        try {
            surroundings.listener().membersAre(members);
        } finally {
            turn.unlock();
        }
    }

    /// Takes the turn for what this thread has left in the mailbox, unless somebody has it, who sees to it
    /// then. For threads that nobody interrupts: files are written to.
    void help() {
        try {
            if (!turn.isHeldByCurrentThread() && turn.tryLock()) {
                try {
                    var before = raft.deadline();
                    if (turn() - before < 0) {
                        mailbox.nudge();
                    }
                } finally {
                    turn.unlock();
                }
                mailbox.wakeForWhatIsLeft();
                applier.help();
            }
        } catch (IOException | RuntimeException | Error failure) {
            onFailure.accept(failure);
        }
    }

    /// @return when time alone makes for the next one
    private long turn() throws IOException {
        turn.lock();
        try {
            if (!mailbox.isClosed()) {
                step(mailbox.take());
            }
            return raft.deadline();
        } catch (IOException | RuntimeException | Error failure) {
            // There is no other after this one.
            mailbox.close();
            throw failure;
        } finally {
            turn.unlock();
        }
    }

    private void step(List<Mailbox.Mail<R>> mail) throws IOException {
        var inputs = new ArrayList<Input>(mail.size() + 1);
        for (var one : mail) {
            switch (one) {
                case Mailbox.Mail.Heard<R>(var input) -> inputs.add(input);
                case Mailbox.Mail.Wanted<R>(var request) -> inputs.add(ticketFor(request));
                case Mailbox.Mail.Look<R>(var action) -> action.run();
            }
        }
        var now = surroundings.moment();
        if (now.nanos() - raft.deadline() >= 0) {
            // The last: what a leader said while this node slept counts first.
            inputs.add(new Input.Tick());
        }
        if (!inputs.isEmpty()) {
            var effects = raft.on(now, inputs);
            tellOfMembers();
            perform(effects);
        }
        if (!awaitingCalm.isEmpty() && open() == 0) {
            awaitingCalm.forEach(future -> future.complete(raft.status()));
            awaitingCalm.clear();
        }
    }

    /// Before anything is sent to somebody new.
    private void tellOfMembers() {
        if (!members.equals(raft.members())) {
            members = raft.members();
            surroundings.listener().membersAre(members);
        }
    }

    private Input ticketFor(Request<R> request) {
        var ticket = ++lastTicket;
        open.put(ticket, request);
        return request.toInput(ticket);
    }

    private void perform(List<Effect> effects) throws IOException {
        for (var effect : effects) {
            perform(effect);
        }
        force();
    }

    private void perform(Effect effect) throws IOException {
        switch (effect) {
            case Effect.SaveState(var write, var hard) -> {
                state = state.with(hard);
                log.putState(state.toBytes());
                unforced = write;
            }
            case Effect.Append(var write, var entries) -> {
                append(entries);
                unforced = write;
            }
            case Effect.Reset(var write, var snapshot) -> {
                log.restartAt(snapshot.index(), snapshot.term());
                unforced = write;
            }
            case Effect.Compact(var upTo) -> log.compactTo(upTo, log.term(upTo));
            case Effect.Send(var envelope) -> {
                force();
                sender.send(envelope.to().name(), codec.encode(envelope));
            }
            case Effect.Commit(var entries) -> commit(entries);
            case Effect.Restore(var snapshot) -> applier.restore(snapshot);
            case Effect.Reply(var ticket, var answer) -> answer(ticket, answer);
            case Effect.Became(var role, var term, var leader) -> became(role, term, leader);
            case Effect.Fetch fetch -> reading.execute(() -> fetch(fetch));
            case Effect.ReadSnapshot wanted -> snapshots.read(wanted);
            case Effect.StoreChunk chunk -> snapshots.store(chunk);
        }
    }

    private void append(List<Entry> entries) throws IOException {
        var first = entries.getFirst().index();
        if (first <= log.lastIndex()) {
            log.truncateFrom(first);
        }
        for (var entry : entries) {
            log.append(entry.index(), entry.term(), ByteBuffer.wrap(StorageCodec.encode(entry)));
        }
    }

    /// Has the writes of this step forced, while the rest of it is performed.
    private void force() {
        if (unforced > 0) {
            var upTo = unforced;
            unforced = 0;
            forces.whenDurable(() -> {
                mailbox.leave(new Input.Persisted(upTo));
                help();
            });
        }
    }

    private void fetch(Effect.Fetch wanted) {
        var entries = new ArrayList<Entry>();
        try {
            for (var one : log.read(wanted.from(), wanted.to() + 1, wanted.maxBytes())) {
                entries.add(StorageCodec.entry(one.payload()));
            }
        } catch (IllegalArgumentException compacted) {
            // Nothing to send: the kernel sends the snapshot.
            entries.clear();
        } catch (IOException failure) {
            throw new UncheckedIOException("the log could not be read", failure);
        }
        mailbox.tell(new Input.Fetched(wanted.follower(), entries));
    }

    private void commit(List<Entry> entries) {
        var waiting = new HashMap<Long, Request<R>>();
        if (!accepted.isEmpty()) {
            for (var entry : entries) {
                var known = accepted.remove(entry.index());
                if (known != null && known.term() == entry.term()) {
                    waiting.put(entry.index(), known.request());
                } else if (known != null) {
                    known.request().elsewhere(raft.leader());
                }
            }
        }
        applier.commit(entries, waiting);
    }

    private void became(Role role, long term, @Nullable NodeId leader) {
        view = new View(role, term, leader);
        if (role != Role.LEADER) {
            accepted.values().forEach(one -> unknown(one.request(), STEPPED_DOWN));
            accepted.clear();
        }
        tellOfAnotherLeader();
        surroundings.listener().became(role, term, leader);
    }

    private void answer(long ticket, Answer answer) {
        var request = Objects.requireNonNull(open.remove(ticket), () -> "no ticket " + ticket);
        if (answer instanceof Answer.Accepted(var term, var index)) {
            accepted.put(index, new Accepted<>(term, request));
            return;
        }
        if (answer instanceof Answer.NotLeader(var leader)) {
            request.elsewhere(leader);
            return;
        }
        switch (request) {
            case Request.Proposal<R> proposal -> proposal.future().complete(refused(answer));
            case Request.Question<R>(var future) -> future.complete(confirmed(answer));
            case Request.Transfer<R> transfer -> transfer.answered(answer);
            case Request.Change<R> change -> change.refused(reason(answer));
        }
    }

    private Outcome<R> refused(Answer answer) {
        if (answer instanceof Answer.Overloaded) {
            return new Outcome.Overloaded<>();
        }
        return switch (reason(answer)) {
            // Another one leads in a moment.
            case TRANSFERRING -> new Outcome.NotLeader<>(handOverTarget());
            case TOO_LARGE,
                    TRANSFER_TIMED_OUT,
                    CHANGE_PENDING,
                    TERM_NOT_COMMITTED,
                    NOT_CAUGHT_UP,
                    UNKNOWN_MEMBER,
                    ALREADY_MEMBER,
                    LAST_VOTER -> throw new IllegalStateException("a proposal was answered by " + answer);
        };
    }

    private @Nullable NodeId handOverTarget() {
        for (var request : open.values()) {
            if (request instanceof Request.Transfer<R>(var target, var _)) {
                return target;
            }
        }
        return null;
    }

    private static Confirmation confirmed(Answer answer) {
        return switch (answer) {
            case Answer.Confirmed(var term, var readIndex) -> new Confirmation.Confirmed(term, readIndex);
            case Answer.Overloaded _ -> new Confirmation.Overloaded();
            case Answer.Accepted _, Answer.NotLeader _, Answer.Refused _, Answer.Transferred _ ->
                throw new IllegalStateException("a question was answered by " + answer);
        };
    }

    private static Reason reason(Answer answer) {
        if (answer instanceof Answer.Refused(var reason)) {
            return reason;
        }
        throw new IllegalStateException("neither done nor refused: " + answer);
    }

    static <R> void forget(Request<R> request) {
        unknown(request, ENDED);
    }

    private static <R> void unknown(Request<R> request, String why) {
        switch (request) {
            case Request.Proposal<R>(var _, var future) -> future.complete(new Outcome.Unknown<>(why));
            case Request.Change<R>(var _, var future) -> future.complete(new OrderOutcome.Unknown(why));
            case Request.Transfer<R>(var _, var future) -> future.complete(new OrderOutcome.Unknown(why));
            case Request.Question<R> question -> question.elsewhere(null);
        }
    }

    /// The node ends: nobody may wait for ever.
    private void abandon() {
        mailbox.close();
        turn.lock();
        try {
            view = new View(Role.FOLLOWER, view.term(), null);
            accepted.values().forEach(one -> unknown(one.request(), ENDED));
            open.values().forEach(one -> unknown(one, ENDED));
            awaitingCalm.forEach(future -> future.cancel(false));
            awaitingAnotherLeader.forEach(future -> future.cancel(false));
            for (var one : mailbox.take()) {
                switch (one) {
                    case Mailbox.Mail.Wanted<R>(var request) -> request.elsewhere(null);
                    case Mailbox.Mail.Look<R>(var action) -> action.run();
                    case Mailbox.Mail.Heard<R> _ -> {}
                }
            }
        } finally {
            turn.unlock();
        }
    }
}
