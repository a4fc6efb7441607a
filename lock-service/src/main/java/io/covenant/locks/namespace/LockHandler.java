package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Event.Cause;
import io.covenant.locks.namespace.Reply.Cancelled;
import io.covenant.locks.namespace.Reply.Cancelled.Undone;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Locks, semaphores and elections: to acquire, to give back, to think better of it, and what time does.
final class LockHandler {

    private final State state;
    private final Queues queues;
    private final LockRules rules;
    private final Deadlocks deadlocks;

    LockHandler(State state, Queues queues, Deadlocks deadlocks) {
        this.state = state;
        this.queues = queues;
        rules = new LockRules(state);
        this.deadlocks = deadlocks;
    }

    Reply acquire(Session session, Command.Acquire acquire) {
        var refused = rules.refusal(session, acquire);
        if (refused != null) {
            return refused;
        }
        var wants = acquire.wants().size() == 1
                ? acquire.wants()
                : acquire.wants().stream().sorted().toList();
        for (var want : wants) {
            endDueDelays(want.name());
        }
        var taker = new Waiter(
                state.stamp(),
                new Owner(session.id(), acquire.strand()),
                acquire.origin().seq(),
                wants,
                acquire.waitMillis() == Command.FOREVER ? Command.FOREVER : state.timeMillis + acquire.waitMillis(),
                acquire.lockDelayMillis(),
                acquire.value());
        var closed = firstClosed(taker);
        if (closed == null) {
            var granted = new Reply.Granted(queues.take(taker));
            var names = new ArrayList<String>(0);
            queues.awaited(taker.owner(), names);
            queues.serve(names);
            return granted;
        }
        if (acquire.waitMillis() == 0) {
            return busy(closed);
        }
        refused = rules.refusalOfWait(wants);
        return refused == null ? await(taker, acquire.fingerprint()) : refused;
    }

    private @Nullable Want firstClosed(Waiter taker) {
        for (var want : taker.wants()) {
            if (!queues.open(state.lock(want), want, taker.owner())) {
                return want;
            }
        }
        return null;
    }

    private Reply busy(Want want) {
        var lock = state.lock(want);
        long until = 0;
        for (var hold : lock.holds()) {
            if (!hold.lost()) {
                return new Reply.Busy(want.name(), hold.owner().session(), hold.token());
            }
            until = Math.max(until, hold.lostUntilMillis());
        }
        return lock.queue().isEmpty()
                ? new Reply.Delayed(want.name(), until)
                : new Reply.Busy(want.name(), lock.queue().getFirst().owner().session(), 0);
    }

    /// Queues a request; where that closes a circle of waits, somebody gives way.
    private Reply await(Waiter waiter, int fingerprint) {
        long id = waiter.owner().session();
        int position = 0;
        for (var want : waiter.wants()) {
            position = Math.max(position, state.lock(want).queue().size());
        }
        queues.add(waiter);
        var waiting = new Requests.Entry(waiter.seq(), fingerprint, new Reply.Waiting(waiter.ticket(), position));
        var session = present(id);
        state.put(session.with(session.requests().with(waiting)));
        deadlocks.queued(waiter);
        var entry = present(id).requests().find(waiter.seq());
        return entry == null ? waiting.reply() : entry.reply();
    }

    private Session present(long id) {
        var session = state.sessions.get(id);
        if (session == null) {
            throw new IllegalStateException("session " + id + " ended while it was served");
        }
        return session;
    }

    Reply release(Session session, Command.Release release) {
        var names = release.names();
        var refused = rules.refusalOfNames(names);
        if (refused != null) {
            return refused;
        }
        var owner = new Owner(session.id(), release.strand());
        for (var name : names) {
            var lock = state.locks.get(name);
            if (lock == null || lock.heldBy(owner, release.token()) == null) {
                return notHeld(name, lock, owner);
            }
        }
        var left = new ArrayList<Integer>(names.size());
        for (var name : names) {
            var lock = held(name);
            var hold = lock.heldBy(owner, release.token());
            left.add(
                    hold == null
                            ? 0
                            : queues.give(
                                    lock,
                                    hold,
                                    hold.once(seq -> session.requests()
                                            .keeps(seq, release.origin().ackUpTo())),
                                    Cause.RELEASED));
        }
        queues.serve(names);
        deadlocks.resolve(owner);
        return new Reply.Released(left);
    }

    private Reply notHeld(String name, @Nullable Lock lock, Owner owner) {
        if (lock == null) {
            return new Reply.Refused(RefusalCode.NOT_HELD, name, 0);
        }
        var hold = lock.heldBy(owner);
        return hold == null
                ? new Reply.Refused(RefusalCode.NOT_HELD, name, lock.token())
                : new Reply.StaleToken(name, hold.token());
    }

    private Lock held(String name) {
        var lock = state.locks.get(name);
        if (lock == null) {
            throw new IllegalStateException("nobody holds " + name);
        }
        return lock;
    }

    Reply cancel(Session session, Command.Cancel cancel) {
        long target = cancel.requestSeq();
        if (target <= 0 || target == cancel.origin().seq()) {
            return new Reply.Refused(RefusalCode.SEQUENCE_INVALID, "requestSeq", target);
        }
        var entry = session.requests().find(target);
        if (entry == null) {
            boolean over = target
                    <= Math.max(session.requests().floor(), cancel.origin().ackUpTo());
            return over ? new Cancelled(Undone.NOTHING) : forestall(session, target);
        }
        var waiter = state.waiter(entry);
        if (waiter != null) {
            queues.dismiss(waiter, new Cancelled(Undone.WAITER));
            return new Cancelled(Undone.WAITER);
        }
        return entry.reply() instanceof Reply.Granted(var grants) && undo(session.id(), target, grants)
                ? new Cancelled(Undone.GRANT)
                : new Cancelled(Undone.NOTHING);
    }

    /// The request may still be under way: it finds its answer here when it comes.
    private Reply forestall(Session session, long target) {
        var unseen = new Cancelled(Undone.UNSEEN);
        state.replace(
                session,
                session.with(session.requests().with(new Requests.Entry(target, Requests.ANY_FINGERPRINT, unseen))));
        return unseen;
    }

    private boolean undo(long session, long target, List<Reply.Grant> grants) {
        var undone = new ArrayList<String>();
        Owner owner = null;
        for (var grant : grants) {
            var lock = state.locks.get(grant.name());
            var hold = lock == null ? null : madeBy(lock, session, target);
            if (lock != null && hold != null) {
                queues.give(lock, hold, hold.without(target), Cause.CANCELLED);
                undone.add(grant.name());
                owner = hold.owner();
            }
        }
        if (owner == null) {
            return false;
        }
        state.settle(session, target, new Cancelled(Undone.GRANT));
        queues.serve(undone);
        deadlocks.resolve(owner);
        return true;
    }

    private static @Nullable Hold madeBy(Lock lock, long session, long request) {
        for (var hold : lock.holds()) {
            if (hold.owner().session() == session
                    && !hold.lost()
                    && hold.requests().contains(request)) {
                return hold;
            }
        }
        return null;
    }

    Reply timeOut(Command.WaitTimeout timeout) {
        var session = state.sessions.get(timeout.session());
        if (session == null) {
            return new Reply.NoSuchSession(timeout.session());
        }
        var entry = session.requests().find(timeout.requestSeq());
        var waiter = entry == null ? null : state.waiter(entry);
        if (waiter == null) {
            return new Reply.Refused(RefusalCode.NOT_WAITING, "request", timeout.requestSeq());
        }
        if (waiter.deadlineMillis() > state.timeMillis) {
            return new Reply.Refused(RefusalCode.NOT_DUE, "request", waiter.deadlineMillis());
        }
        queues.dismiss(waiter, new Reply.TimedOut());
        return new Reply.Done();
    }

    Reply endDelay(Command.LockDelayEnd end) {
        var lock = state.locks.get(end.name());
        long next = lock == null ? 0 : nextDelay(lock);
        if (next > state.timeMillis) {
            return new Reply.Refused(RefusalCode.NOT_DUE, end.name(), next);
        }
        endDueDelays(end.name());
        return new Reply.Done();
    }

    private void endDueDelays(String name) {
        var lock = state.locks.get(name);
        long next = lock == null ? 0 : nextDelay(lock);
        if (next > 0 && next <= state.timeMillis) {
            queues.endDelays(name);
            queues.serve(List.of(name));
        }
    }

    /// When the first of its lost holds is free again; 0 when none is lost.
    private static long nextDelay(Lock lock) {
        long next = 0;
        for (var hold : lock.holds()) {
            if (hold.lost() && (next == 0 || hold.lostUntilMillis() < next)) {
                next = hold.lostUntilMillis();
            }
        }
        return next;
    }
}
