package io.covenant.locks.session;

import io.covenant.locks.wire.Cancelled;
import io.covenant.locks.wire.Cancelled.Undone;
import io.covenant.locks.wire.Grant;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.KeptAlive;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.Queued;
import io.covenant.locks.wire.Released;
import io.covenant.locks.wire.SessionOpened;
import io.covenant.locks.wire.SessionView;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The lock service as its contract has it, in one object that all its nodes share: whatever a primary has
/// answered, the next one knows. Exclusive locks only.
final class ModelService {

    record Arrived(String client, long number) {}

    private static final class Entry {
        final long deadlineMillis;
        Object reply;

        @Nullable
        Arrived open;

        Entry(Object reply, long deadlineMillis) {
            this.reply = reply;
            this.deadlineMillis = deadlineMillis;
        }
    }

    private static final class Session {
        final long id;
        final String client;
        long expiresMillis;
        long floor;
        final TreeMap<Long, Entry> requests = new TreeMap<>();

        Session(long id, String client) {
            this.id = id;
            this.client = client;
        }
    }

    record Hold(long session, long strand, long token, List<Long> requests) {}

    private record Waiter(long session, long strand, long seq) {}

    private static final class Lock {
        @Nullable
        Hold hold;

        final Deque<Waiter> queue = new ArrayDeque<>();
    }

    private static final Object WAITING = "waiting";

    private final World world;
    private final long ttlMillis;
    private final List<String> nodes;
    private final Map<Long, Session> sessions = new TreeMap<>();
    private final Map<String, Lock> locks = new TreeMap<>();
    private @Nullable String primary;
    private long term = 1;
    private long index;
    private final List<Runnable> replies = new ArrayList<>();

    ModelService(World world, long ttlMillis, List<String> nodes) {
        this.world = world;
        this.ttlMillis = ttlMillis;
        this.nodes = nodes;
        primary = nodes.getFirst();
    }

    /// The primary is gone; some time later another node is one, and arms every lease anew.
    void failOver(Duration vacancy) {
        primary = null;
        for (var session : sessions.values()) {
            session.requests.values().forEach(entry -> entry.open = null);
        }
        world.in(vacancy, () -> {
            if (primary == null) {
                term++;
                primary = world.dice().pick(nodes);
                sessions.values().forEach(session -> session.expiresMillis = now() + ttlMillis);
            }
        });
    }

    /// What the service's own clock does.
    void tick() {
        if (primary == null) {
            return;
        }
        for (var session : List.copyOf(sessions.values())) {
            if (session.expiresMillis <= now()) {
                end(session);
            }
        }
        for (var session : sessions.values()) {
            for (var seq : List.copyOf(session.requests.keySet())) {
                var entry = session.requests.get(seq);
                if (entry != null && entry.reply.equals(WAITING) && entry.deadlineMillis <= now()) {
                    dismiss(session.id, seq);
                    settle(session, seq, problem(423, "timed-out"));
                }
            }
        }
        flush();
    }

    void receive(String node, String client, long number, Call call) {
        var arrived = new Arrived(client, number);
        if (!node.equals(primary)) {
            var leader = primary;
            boolean knows = leader != null && world.dice().chance(0.7);
            reply(
                    node,
                    arrived,
                    knows && leader != null
                            ? new Answer.Redirected(leader)
                            : new Answer.Unavailable(50, null, false, "no-leader"));
            return;
        }
        tick();
        switch (call) {
            case Call.Open(var _, var ttl) -> {
                var session = new Session(++index, client);
                session.expiresMillis = now() + ttl;
                sessions.put(session.id, session);
                done(arrived, new SessionOpened(session.id, ttl, 0, ttl / 3));
            }
            case Call.KeepAlive(var id, var seq, var ack) -> {
                var session = sessions.get(id);
                if (session == null) {
                    gone(arrived);
                } else {
                    acknowledge(session, ack);
                    session.expiresMillis = Math.max(session.expiresMillis, now() + ttlMillis);
                    done(arrived, new KeptAlive(session.expiresMillis - now(), seq));
                }
            }
            case Call.Close(var id) -> {
                var session = sessions.get(id);
                if (session != null) {
                    end(session);
                }
                done(arrived, new Object());
            }
            case Call.Perform perform -> perform(arrived, perform);
        }
        flush();
    }

    Map<String, Hold> holds() {
        Map<String, Hold> held = new TreeMap<>();
        locks.forEach((name, lock) -> {
            if (lock.hold != null) {
                held.put(name, lock.hold);
            }
        });
        return held;
    }

    @Override
    public String toString() {
        var queues = new TreeMap<String, Object>();
        locks.forEach((name, lock) -> queues.put(name, List.copyOf(lock.queue)));
        return "held %s, queues %s, primary %s".formatted(holds(), queues, primary);
    }

    private void perform(Arrived arrived, Call.Perform call) {
        var session = sessions.get(call.session());
        if (session == null) {
            gone(arrived);
            return;
        }
        if (call.operation() instanceof Operation.Inspect) {
            done(arrived, view(session));
            return;
        }
        var known = session.requests.get(call.seq());
        if (known != null) {
            answer(arrived, known, call);
            return;
        }
        if (call.seq() <= Math.max(session.floor, call.ackUpTo())) {
            refuse(arrived, problem(409, "request-forgotten"));
            return;
        }
        acknowledge(session, call.ackUpTo());
        var entry = new Entry(WAITING, deadline(call));
        session.requests.put(call.seq(), entry);
        if (session.requests.size() > 512) {
            throw new AssertionError("a client leaves " + session.requests.size() + " answers unacknowledged");
        }
        switch (call.operation()) {
            case Operation.Acquire acquire -> acquire(session, call, entry, acquire);
            case Operation.Release release -> entry.reply = release(session, release);
            case Operation.Cancel(var target) -> entry.reply = cancel(session, target, call.ackUpTo());
            default -> throw new AssertionError("no files here");
        }
        answer(arrived, entry, call);
    }

    private long deadline(Call.Perform call) {
        return call.waitMillis() < 0 ? Long.MAX_VALUE : now() + call.waitMillis();
    }

    private void acquire(Session session, Call.Perform call, Entry entry, Operation.Acquire acquire) {
        var name = acquire.wants().getFirst().name();
        var lock = locks.computeIfAbsent(name, _ -> new Lock());
        var waiter = new Waiter(session.id, acquire.strand(), call.seq());
        boolean mine = lock.hold != null && lock.hold.session() == session.id && lock.hold.strand() == acquire.strand();
        if (mine || (lock.hold == null && lock.queue.isEmpty())) {
            entry.reply = grant(name, lock, waiter);
        } else if (call.waitMillis() == 0) {
            entry.reply = problem(423, "busy");
        } else {
            lock.queue.add(waiter);
        }
    }

    private Granted grant(String name, Lock lock, Waiter to) {
        long token = ++index;
        List<Long> requests = new ArrayList<>();
        if (lock.hold != null) {
            token = lock.hold.token();
            requests.addAll(lock.hold.requests());
        }
        requests.add(to.seq());
        lock.hold = new Hold(to.session(), to.strand(), token, requests);
        return new Granted(index, List.of(new Grant(name, LockMode.EXCLUSIVE, token, "", requests.size())), 0);
    }

    private Object release(Session session, Operation.Release release) {
        var lock = locks.get(release.names().getFirst());
        var hold = lock == null ? null : lock.hold;
        if (lock == null
                || hold == null
                || hold.session() != session.id
                || hold.strand() != release.strand()
                || hold.token() != release.token()) {
            return problem(409, "not-held");
        }
        give(release.names().getFirst(), lock, hold, hold.requests().getLast());
        return new Released(List.of(hold.requests().size() - 1));
    }

    private void give(String name, Lock lock, Hold hold, long request) {
        List<Long> left = new ArrayList<>(hold.requests());
        left.remove(request);
        lock.hold = left.isEmpty() ? null : new Hold(hold.session(), hold.strand(), hold.token(), left);
        serve(name, lock);
    }

    private void serve(String name, Lock lock) {
        while (lock.hold == null && !lock.queue.isEmpty()) {
            var next = lock.queue.remove();
            var session = sessions.get(next.session());
            if (session != null) {
                settle(session, next.seq(), grant(name, lock, next));
            }
        }
    }

    private Object cancel(Session session, long target, long ackUpTo) {
        var entry = session.requests.get(target);
        if (entry == null) {
            if (target <= Math.max(session.floor, ackUpTo)) {
                return new Cancelled(Undone.NOTHING);
            }
            session.requests.put(target, new Entry(problem(409, "cancelled"), 0));
            return new Cancelled(Undone.UNSEEN);
        }
        if (entry.reply.equals(WAITING)) {
            dismiss(session.id, target);
            settle(session, target, problem(409, "cancelled"));
            return new Cancelled(Undone.WAITER);
        }
        for (var named : locks.entrySet()) {
            var hold = named.getValue().hold;
            if (hold != null && hold.session() == session.id && hold.requests().contains(target)) {
                give(named.getKey(), named.getValue(), hold, target);
                entry.reply = problem(409, "cancelled");
                return new Cancelled(Undone.GRANT);
            }
        }
        return new Cancelled(Undone.NOTHING);
    }

    private void dismiss(long session, long seq) {
        locks.values()
                .forEach(lock -> lock.queue.removeIf(waiter -> waiter.session() == session && waiter.seq() == seq));
    }

    private void settle(Session session, long seq, Object reply) {
        var entry = session.requests.get(seq);
        if (entry == null) {
            throw new AssertionError("a waiter without a request");
        }
        entry.reply = reply;
        if (entry.open != null) {
            answer(entry.open, entry, null);
        }
        tell(session, seq, reply);
    }

    /// Whoever follows the events hears it, if they arrive.
    private void tell(Session session, long seq, Object reply) {
        var from = primary;
        if (from == null) {
            return;
        }
        var settled = reply instanceof Granted(var _, var grants, var _)
                ? new LockEvent.Settled(seq, LockEvent.Settled.Outcome.GRANTED, grants, null)
                : new LockEvent.Settled(
                        seq,
                        reply instanceof LockProblem problem && problem.is("timed-out")
                                ? LockEvent.Settled.Outcome.TIMED_OUT
                                : LockEvent.Settled.Outcome.CANCELLED,
                        null,
                        null);
        var event = new SessionSimulation.Event(session.id, index, settled);
        replies.add(() -> world.node(from).send(session.client, event));
    }

    private void end(Session session) {
        sessions.remove(session.id);
        for (var entry : session.requests.values()) {
            if (entry.open != null) {
                gone(entry.open);
            }
        }
        locks.forEach((name, lock) -> {
            lock.queue.removeIf(waiter -> waiter.session() == session.id);
            if (lock.hold != null && lock.hold.session() == session.id) {
                lock.hold = null;
            }
            serve(name, lock);
        });
    }

    private void acknowledge(Session session, long upTo) {
        if (upTo > session.floor) {
            session.floor = upTo;
            session.requests.headMap(upTo, true).values().removeIf(entry -> !entry.reply.equals(WAITING));
        }
    }

    private SessionView view(Session session) {
        List<SessionView.Held> held = new ArrayList<>();
        holds().forEach((name, hold) -> {
            if (hold.session() == session.id) {
                held.add(new SessionView.Held(
                        name,
                        LockMode.EXCLUSIVE,
                        hold.strand(),
                        hold.token(),
                        "",
                        hold.requests().size(),
                        hold.requests()));
            }
        });
        return new SessionView(session.id, session.client, ttlMillis, session.expiresMillis - now(), held, List.of());
    }

    private void answer(Arrived arrived, Entry entry, Call.@Nullable Perform call) {
        switch (entry.reply) {
            case LockProblem problem -> refuse(arrived, problem);
            case Granted granted -> {
                var session = sessions.get(owner(granted));
                long left = session == null ? 0 : session.expiresMillis - now();
                done(arrived, new Granted(granted.index(), granted.grants(), Math.max(0, left)));
            }
            case Object waiting
            when waiting.equals(WAITING) -> {
                entry.open = arrived;
                long open = call == null ? 0 : call.openMillis();
                var at = primary;
                world.in(Duration.ofMillis(open), () -> {
                    if (arrived.equals(entry.open) && at != null && at.equals(primary)) {
                        entry.open = null;
                        reply(at, arrived, new Answer.Waits(term, new Queued(1, 0)));
                    }
                });
            }
            default -> done(arrived, entry.reply);
        }
    }

    private long owner(Granted granted) {
        var hold = holds().get(granted.grants().getFirst().name());
        return hold == null ? 0 : hold.session();
    }

    private void done(Arrived arrived, Object body) {
        answerLater(arrived, new Answer.Done(term, body));
    }

    private void refuse(Arrived arrived, LockProblem problem) {
        answerLater(arrived, new Answer.Refused(term, problem));
    }

    private void gone(Arrived arrived) {
        answerLater(arrived, new Answer.SessionGone(term));
    }

    private void answerLater(Arrived arrived, Answer answer) {
        var from = primary;
        if (from != null) {
            replies.add(() -> reply(from, arrived, answer));
        }
    }

    private void flush() {
        var due = List.copyOf(replies);
        replies.clear();
        due.forEach(Runnable::run);
    }

    private void reply(String node, Arrived arrived, Answer answer) {
        world.node(node).send(arrived.client(), new SessionSimulation.Reply(arrived.number(), answer));
    }

    private static LockProblem problem(int status, String code) {
        return LockProblem.of(status, code, "");
    }

    private long now() {
        return world.elapsed().toMillis();
    }
}
