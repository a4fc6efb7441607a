package io.covenant.locks.namespace;

import io.covenant.locks.namespace.Event.Cause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who holds and who comes next. First come, first served: the head of a queue is granted as soon as it fits,
/// and nobody overtakes it. So a release lets in one writer, or the readers that stand in front.
final class Queues {

    private final State state;

    Queues(State state) {
        this.state = state;
    }

    /// Grants whatever fits now, in these names and in those that the grants touch.
    void serve(Collection<String> touched) {
        var names = new ArrayDeque<>(touched);
        while (!names.isEmpty()) {
            var name = names.remove();
            var lock = state.locks.get(name);
            while (lock != null && !lock.queue().isEmpty() && fits(lock.queue().getFirst())) {
                var next = lock.queue().getFirst();
                remove(next);
                var granted = new Reply.Granted(take(next));
                state.settle(next.owner().session(), next.seq(), granted);
                touch(next, names);
                awaited(next.owner(), names);
                lock = state.locks.get(name);
            }
        }
    }

    private static void touch(Waiter waiter, Collection<String> names) {
        waiter.wants().forEach(want -> names.add(want.name()));
    }

    /// What else an owner waits for: with what it was granted just now, it may enter there.
    void awaited(Owner owner, Collection<String> names) {
        var session = state.sessions.get(owner.session());
        if (session != null) {
            for (var entry : session.requests().entries()) {
                var waiter = state.waiter(entry);
                if (waiter != null && waiter.owner().equals(owner)) {
                    touch(waiter, names);
                }
            }
        }
    }

    /// Whether this waiter is the first everywhere and finds room everywhere.
    @SuppressWarnings("ReferenceEquality")
    private boolean fits(Waiter waiter) {
        for (var want : waiter.wants()) {
            var lock = state.locks.get(want.name());
            boolean first = lock != null && lock.queue().getFirst() == waiter;
            if (lock == null || (!(first && lock.fits(units(want))) && reentered(lock, want, waiter.owner()) == null)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a newcomer may hold it at once.
    boolean open(Lock lock, Want want, Owner owner) {
        return (lock.queue().isEmpty() && lock.fits(units(want))) || reentered(lock, want, owner) != null;
    }

    private int units(Want want) {
        return want.units(state.limits);
    }

    /// The hold that this owner would enter again. A reader does not become a writer that way.
    static @Nullable Hold reentered(Lock lock, Want want, Owner owner) {
        var held = want.mode() == Mode.PERMITS ? null : lock.heldBy(owner);
        return held != null && held.mode() == Mode.SHARED && want.mode() == Mode.EXCLUSIVE ? null : held;
    }

    /// Grants all wants, for which there is room.
    List<Reply.Grant> take(Waiter taker) {
        if (taker.wants().size() == 1) {
            return List.of(take(taker, taker.wants().getFirst()));
        }
        var grants = new ArrayList<Reply.Grant>(taker.wants().size());
        for (var want : taker.wants()) {
            grants.add(take(taker, want));
        }
        return grants;
    }

    private Reply.Grant take(Waiter taker, Want want) {
        var lock = state.lock(want);
        var held = reentered(lock, want, taker.owner());
        if (held != null) {
            var again = held.again(taker.seq(), seq -> isKnown(taker.owner().session(), seq));
            state.put(lock.replace(held, again));
            return new Reply.Grant(want.name(), held.mode(), held.token(), again.count());
        }
        long token = state.stamp();
        long session = taker.owner().session();
        if (lock.token() == 0) {
            noteInFile(want.name(), token);
        }
        var value = want.mode() == Mode.LEADER ? taker.value() : Content.EMPTY;
        state.bytes += value.size();
        state.put(lock.plus(new Hold(
                taker.owner(),
                want.mode(),
                units(want),
                token,
                taker.lockDelayMillis(),
                0,
                List.of(taker.seq()),
                0,
                value)));
        state.belongings(session).held.add(want.name());
        state.emit(new Event.Granted(state.index, session, taker.seq(), want.name(), want.mode(), token));
        return new Reply.Grant(want.name(), want.mode(), token, 1);
    }

    private boolean isKnown(long session, long seq) {
        var present = state.sessions.get(session);
        return present != null && present.requests().find(seq) != null;
    }

    private void noteInFile(String name, long token) {
        if (name.charAt(0) == '/') {
            var file = state.files.get(name);
            if (file != null) {
                state.put(file.locked(token));
            }
        }
    }

    void add(Waiter waiter) {
        state.put(waiter);
        for (var want : waiter.wants()) {
            var lock = state.lock(want);
            if (lock.queue().isEmpty()) {
                announce(lock);
            }
            state.put(lock.queued(waiter));
        }
    }

    /// Tells the one who holds it alone that somebody waits.
    private void announce(Lock lock) {
        if (lock.holds().size() == 1) {
            var hold = lock.holds().getFirst();
            if (!hold.lost() && hold.units() == lock.capacity()) {
                state.emit(new Event.Contended(state.index, hold.owner().session(), lock.name(), hold.token()));
            }
        }
    }

    void remove(Waiter waiter) {
        state.remove(waiter);
        for (var want : waiter.wants()) {
            var lock = state.locks.get(want.name());
            if (lock != null) {
                state.put(lock.unqueued(waiter));
            }
        }
    }

    /// Takes a waiter out for good and serves those behind it.
    void dismiss(Waiter waiter, Reply reply) {
        remove(waiter);
        state.settle(waiter.owner().session(), waiter.seq(), reply);
        serve(waiter.wants().stream().map(Want::name).toList());
    }

    /// Gives back one request's part of a hold; answers how many parts are left.
    int give(Lock lock, Hold hold, Hold rest, Cause cause) {
        if (rest.count() == 0) {
            state.put(lock.minus(hold));
            forget(lock.name(), hold, cause);
        } else {
            state.put(lock.replace(hold, rest));
        }
        return rest.count();
    }

    /// Ends whatever a session holds of a name.
    void endHolds(String name, long session, Cause cause) {
        var lock = state.locks.get(name);
        if (lock != null) {
            for (var hold : lock.holds()) {
                if (hold.owner().session() == session && !hold.lost()) {
                    end(name, hold, cause);
                }
            }
        }
    }

    /// Ends a hold: at once when its owner wished so, else after its lock-delay.
    void end(String name, Hold hold, Cause cause) {
        var lock = state.locks.get(name);
        if (lock == null) {
            throw new IllegalStateException("nobody holds " + name);
        }
        boolean wished = cause == Cause.SESSION_CLOSED;
        if (wished || hold.lockDelayMillis() == 0) {
            state.put(lock.minus(hold));
        } else {
            var lost = hold.lostUntil(state.timeMillis + hold.lockDelayMillis());
            state.put(lock.replace(hold, lost));
            state.due.add(Timers.Due.of(name, lost));
        }
        forget(name, hold, cause);
    }

    private void forget(String name, Hold hold, Cause cause) {
        long session = hold.owner().session();
        var lock = state.locks.get(name);
        if (lock == null || !lock.heldBy(session)) {
            state.belongings(session).held.remove(name);
        }
        state.bytes -= hold.value().size();
        state.emit(new Event.Released(state.index, session, name, hold.token(), cause));
    }

    /// Frees what was lost long enough ago.
    void endDelays(String name) {
        var lock = state.locks.get(name);
        if (lock == null) {
            return;
        }
        for (var hold : lock.holds()) {
            if (hold.lost() && hold.lostUntilMillis() <= state.timeMillis) {
                lock = lock.minus(hold);
                state.due.remove(Timers.Due.of(name, hold));
            }
        }
        state.put(lock);
    }
}
