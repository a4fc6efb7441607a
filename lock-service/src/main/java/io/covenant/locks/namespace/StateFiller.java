package io.covenant.locks.namespace;

import java.util.Comparator;
import java.util.List;

/// Puts the tables of a snapshot into an empty state, and with them what is derived; refuses a snapshot whose
/// parts do not fit together.
final class StateFiller {

    private final State state;

    StateFiller(State state) {
        this.state = state;
    }

    void addSessions(List<Session> sessions) {
        sessions.forEach(state::put);
    }

    void addWaiters(List<Waiter> waiters) {
        waiters.forEach(state::put);
    }

    Waiter waiter(long ticket) throws MalformedException {
        var waiter = state.waiters.get(ticket);
        if (waiter == null) {
            throw new MalformedException("a queue with an unknown ticket " + ticket);
        }
        return waiter;
    }

    void add(Lock lock) throws MalformedException {
        if (lock.unused()) {
            throw new MalformedException("nobody uses " + lock.name());
        }
        for (var hold : lock.holds()) {
            if (hold.lost()) {
                state.due.add(Timers.Due.of(lock.name(), hold));
            } else {
                state.belongings(session(hold.owner().session()).id()).held.add(lock.name());
            }
            state.bytes += hold.value().size();
        }
        state.put(lock);
    }

    void add(FileNode file) throws MalformedException {
        if (file.ephemeral() != 0) {
            session(file.ephemeral());
        }
        state.put(file);
    }

    private Session session(long id) throws MalformedException {
        var session = state.sessions.get(id);
        if (session == null) {
            throw new MalformedException("something of an unknown session " + id);
        }
        return session;
    }

    /// Every waiter stands in its queues, and its session knows that it waits.
    void requireWhole() throws MalformedException {
        for (var waiter : state.waiters.sorted(Comparator.comparingLong(Waiter::ticket))) {
            var entry = session(waiter.owner().session()).requests().find(waiter.seq());
            if (entry == null || !waiter.equals(state.waiter(entry))) {
                throw new MalformedException("nobody knows of waiter " + waiter.ticket());
            }
            for (var want : waiter.wants()) {
                var lock = state.locks.get(want.name());
                if (lock == null || !lock.queue().contains(waiter)) {
                    throw new MalformedException("waiter " + waiter.ticket() + " is in no queue for " + want.name());
                }
            }
        }
    }
}
