package io.covenant.locks.namespace;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The replicated state of the lock service, to which the entries of a log are applied one after the other.
///
/// Equal logs lead to equal states, answers and events. One thread applies and asks; [#fork] hands what is
/// there now to any other thread.
public final class Namespace {

    private final State state;
    private final EventRing events;
    private final Timers timers;

    private final SessionHandler sessions;
    private final LockHandler locks;
    private final FileHandler files;
    private final OperatorHandler operators;

    /// An empty namespace, before the first entry of a log.
    ///
    /// @param keptEvents how many events can be asked for again; replicas may differ in it
    public Namespace(Limits limits, int keptEvents) {
        this(new State(limits), keptEvents);
    }

    private Namespace(State state, int keptEvents) {
        this.state = state;
        events = new EventRing(keptEvents, state.index);
        timers = new Timers(state);
        var queues = new Queues(state);
        sessions = new SessionHandler(state, queues);
        var deadlocks = new Deadlocks(state, queues);
        locks = new LockHandler(state, queues, deadlocks);
        files = new FileHandler(state);
        operators = new OperatorHandler(state, queues, deadlocks, sessions);
    }

    /// The namespace of which [View#writeTo] wrote a snapshot.
    ///
    /// @param in is read to its end
    /// @throws MalformedException when the bytes are not such a snapshot, or not just one
    public static Namespace restore(InputStream in, int keptEvents) throws IOException {
        return new Namespace(SnapshotCodec.read(in), keptEvents);
    }

    /// Applies the entry at this index.
    ///
    /// @param index      higher than all before; indexes without a command may be left out
    /// @param timeMillis the time that the primary wrote into the entry
    public Result apply(long index, long timeMillis, Command command) {
        if (index <= state.index) {
            throw new IllegalArgumentException("index " + index + " is applied, the last one is " + state.index);
        }
        state.index = index;
        state.timeMillis = Math.max(state.timeMillis, timeMillis);
        var reply = switch (command) {
            case Command.Request request -> once(request);
            case Command.OpenSession open -> sessions.open(open);
            case Command.CloseSession close -> sessions.close(close);
            case Command.ExpireSession expire -> sessions.expire(expire);
            case Command.LeaseCheckpoint checkpoint -> sessions.checkpoint(checkpoint);
            case Command.AckReplies ack -> sessions.acknowledge(ack);
            case Command.WaitTimeout timeout -> locks.timeOut(timeout);
            case Command.LockDelayEnd end -> locks.endDelay(end);
            case Command.ForceRelease force -> operators.forceRelease(force);
            case Command.RaiseEpoch raise -> operators.raiseEpoch(raise);
            case Command.Note note -> operators.note(note);
            case Command.Barrier _ -> new Reply.Done();
        };
        var happened = state.takeEvents();
        events.add(happened);
        return new Result(index, state.timeMillis, reply, happened);
    }

    /// Gives a request that came before its answer of then, and remembers the answer of one that is new.
    private Reply once(Command.Request request) {
        var origin = request.origin();
        var session = state.sessions.get(origin.session());
        if (session == null) {
            return new Reply.NoSuchSession(origin.session());
        }
        var known = session.requests().find(origin.seq());
        if (known != null) {
            return known.answers(request) ? known.reply() : refused(RefusalCode.REQUEST_REUSED, origin.seq());
        }
        var acked = session.requests().acked(origin.ackUpTo());
        var refused = refusal(request, acked);
        if (refused != null) {
            return refused;
        }
        var reply = perform(session, request);
        var after = state.sessions.get(origin.session());
        if (after == null) {
            throw new IllegalStateException("session " + origin.session() + " ended in a request of its own");
        }
        var requests = after.requests() == session.requests()
                ? acked
                : after.requests().acked(origin.ackUpTo());
        state.replace(after, after.with(requests.with(new Requests.Entry(origin.seq(), request.fingerprint(), reply))));
        return reply;
    }

    /// Not remembered: these requests have not been looked at.
    private Reply.@Nullable Refused refusal(Command.Request request, Requests requests) {
        long seq = request.origin().seq();
        if (seq <= 0) {
            return refused(RefusalCode.SEQUENCE_INVALID, seq);
        }
        if (seq <= requests.floor()) {
            return refused(RefusalCode.REQUEST_FORGOTTEN, requests.floor());
        }
        // One that can no longer ask must still be able to take back.
        int share = request instanceof Command.Cancel ? 2 : 1;
        if (requests.size() >= share * state.limits.requestsPerSession()) {
            return refused(RefusalCode.TOO_MANY_REQUESTS, state.limits.requestsPerSession());
        }
        return state.requests >= share * state.limits.requests()
                ? refused(RefusalCode.TOO_MANY_REQUESTS_IN_ALL, state.limits.requests())
                : null;
    }

    private static Reply.Refused refused(RefusalCode code, long bound) {
        return new Reply.Refused(code, "seq", bound);
    }

    private Reply perform(Session session, Command.Request request) {
        return switch (request) {
            case Command.Acquire acquire -> locks.acquire(session, acquire);
            case Command.Release release -> locks.release(session, release);
            case Command.Cancel cancel -> locks.cancel(session, cancel);
            case Command.PutFile put -> files.put(session, put);
            case Command.MakeDirectory make -> files.makeDirectory(session, make);
            case Command.DeleteFile delete -> files.delete(session, delete);
            case Command.SetAcl set -> files.setAcl(session, set);
        };
    }

    /// What is there now, for other threads; takes no time, whatever the size.
    public View fork() {
        return new View(
                state.index,
                state.timeMillis,
                state.epoch,
                state.limits,
                state.sessions.fork(),
                state.waiters.fork(),
                state.locks.fork(),
                state.files.fork(),
                state.audit);
    }

    public Timers timers() {
        return timers;
    }

    public EventRing events() {
        return events;
    }

    public long index() {
        return state.index;
    }

    public long timeMillis() {
        return state.timeMillis;
    }

    public long epoch() {
        return state.epoch;
    }

    public Limits limits() {
        return state.limits;
    }

    public Optional<Session> session(long id) {
        return Optional.ofNullable(state.sessions.get(id));
    }

    /// The names that a session holds and has not lost, sorted.
    public NavigableSet<String> heldBy(long session) {
        return state.sessions.get(session) == null
                ? Collections.emptyNavigableSet()
                : Collections.unmodifiableNavigableSet(state.belongings(session).held);
    }

    public Optional<Waiter> waiter(long ticket) {
        return Optional.ofNullable(state.waiters.get(ticket));
    }

    /// Empty when nobody holds the name or waits for it.
    public Optional<Lock> lock(String name) {
        return Optional.ofNullable(state.locks.get(name));
    }

    /// The one who holds an election's office.
    public Optional<Hold> leader(String election) {
        return lock(election)
                .filter(lock -> lock.kind() == Mode.Kind.ELECTION)
                .flatMap(lock ->
                        lock.holds().stream().filter(hold -> !hold.lost()).findFirst());
    }

    public Optional<FileNode> file(String path) {
        return Optional.ofNullable(state.files.get(path));
    }

    /// Whether somebody may know that a file changed: who may read it, or what lies in its directory.
    public boolean mayHear(Event.FileChanged event, String principal) {
        return event.acl().mayRead(principal)
                || file(NameRule.parent(event.name()))
                        .filter(directory -> directory.acl().mayRead(principal))
                        .isPresent();
    }

    /// The paths right under a directory, sorted; empty when there is none.
    public NavigableSet<String> children(String directory) {
        return Collections.unmodifiableNavigableSet(state.childrenOf(directory));
    }

    /// What operators did, the latest last; so much of it as the limits say.
    public List<AuditEntry> audit() {
        return state.audit;
    }

    /// Whether somebody holds just this, by this very grant.
    public boolean holds(Sequencer sequencer) {
        var lock = state.locks.get(sequencer.name());
        return lock != null
                && lock.holds().stream()
                        .anyMatch(hold ->
                                !hold.lost() && hold.token() == sequencer.token() && hold.mode() == sequencer.mode());
    }

    /// How full it is, by the bounds that tell so.
    public Usage usage() {
        return new Usage(
                state.sessions.size(),
                state.locks.size(),
                state.waiters.size(),
                state.files.size(),
                state.requests,
                state.bytes);
    }

    /// @param names    that are held or waited for
    /// @param requests whose answers are not acknowledged
    /// @param bytes    of files, access lists and proclaimed values
    public record Usage(int sessions, int names, int waiters, int files, int requests, long bytes) {}
}
