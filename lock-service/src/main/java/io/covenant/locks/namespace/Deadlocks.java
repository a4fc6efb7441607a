package io.covenant.locks.namespace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds circles of waits, and lets somebody give way.
///
/// A circle comes about when a request is queued, or when an owner that waits loses what it would have
/// entered again. It leads through that owner's request, because before there was none.
///
/// A request waits for those whose holds leave too little for it, and for the requests before it in its
/// queues, which are served first. An owner that waits for one thing is taken to give back nothing
/// meanwhile. What is lost ends by its lock-delay, so nobody waits for it here. A semaphore's holder is
/// waited for only when the request cannot be served without its permits: a circle that needs several
/// holders together is left to time.
final class Deadlocks {

    private static final int MOST_STEPS = 16;
    private static final int FEW_NAMES = 32;

    private final State state;
    private final Queues queues;

    Deadlocks(State state, Queues queues) {
        this.state = state;
        this.queues = queues;
    }

    /// A request that was queued just now stands behind all others: it closes a circle only where its owner holds or
    /// waits for something besides.
    void queued(Waiter waiter) {
        if (!alone(waiter)) {
            resolve(waiter);
        }
    }

    /// Whether its owner certainly has nothing else. That costs little, however long the queue is, and however
    /// many other strands of the session wait.
    private boolean alone(Waiter waiter) {
        var owner = waiter.owner();
        var session = state.sessions.get(owner.session());
        var held = state.belongings(owner.session()).held;
        if (session == null || held.size() > FEW_NAMES) {
            return false;
        }
        for (var name : held) {
            var lock = state.locks.get(name);
            if (lock != null && lock.heldBy(owner) != null) {
                return false;
            }
        }
        for (var entry : session.requests().entries()) {
            var other = state.waiter(entry);
            if (other != null
                    && other.ticket() != waiter.ticket()
                    && other.owner().equals(owner)) {
                return false;
            }
        }
        return true;
    }

    /// Until no circle leads through this request, or it is the one that gave way.
    private void resolve(Waiter waiter) {
        var cycle = through(waiter);
        while (cycle != null) {
            queues.dismiss(cycle.victim(), new Reply.Deadlock(cycle.steps()));
            cycle = state.waiters.get(waiter.ticket()) == null ? null : through(waiter);
        }
    }

    /// After this owner gave back or lost something.
    void resolve(Owner owner) {
        var session = state.sessions.get(owner.session());
        if (session != null) {
            for (var entry : session.requests().entries()) {
                var waiter = state.waiter(entry);
                if (waiter != null && waiter.owner().equals(owner)) {
                    resolve(waiter);
                }
            }
        }
    }

    /// @param victim the request of the youngest session in the circle
    private record Cycle(Waiter victim, List<Reply.Step> steps) {}

    /// How the search came to a waiter or an owner.
    ///
    /// @param from the waiter or owner before
    /// @param name that the waiter before waits for; empty when an owner is before
    private record Reached(Object from, String name) {}

    /// The part of a queue that was looked at on behalf of requests for so many units.
    private record Looked(String name, int units) {}

    private @Nullable Cycle through(Waiter start) {
        return harmless(start) ? null : new Search(start).run();
    }

    /// Nobody can wait for one who holds nothing and waits for nothing else.
    private boolean harmless(Waiter start) {
        long id = start.owner().session();
        var session = state.sessions.get(id);
        if (session == null || !state.belongings(id).held.isEmpty()) {
            return session == null;
        }
        return !waitsElsewhere(start);
    }

    private boolean waitsElsewhere(Waiter waiter) {
        var session = state.sessions.get(waiter.owner().session());
        if (session != null) {
            for (var entry : session.requests().entries()) {
                if (entry.waiting() && entry.seq() != waiter.seq()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Depth first, with a stack of its own: queues may be long.
    private final class Search {

        private final Waiter start;
        private final Map<Object, Reached> reached = new HashMap<>();
        private final Map<Looked, Integer> looked = new HashMap<>();
        private final Deque<Object> open = new ArrayDeque<>();
        private @Nullable Cycle found;

        Search(Waiter start) {
            this.start = start;
        }

        @Nullable
        Cycle run() {
            reached.put(start.ticket(), new Reached(start.owner(), ""));
            open.push(start);
            while (found == null && !open.isEmpty()) {
                switch (open.pop()) {
                    case Waiter waiter -> followWaiter(waiter);
                    case Owner owner -> followOwner(owner);
                    default -> throw new IllegalStateException("neither waiter nor owner");
                }
            }
            return found;
        }

        private void followOwner(Owner owner) {
            var session = state.sessions.get(owner.session());
            if (session == null) {
                return;
            }
            for (var entry : session.requests().entries()) {
                var waiter = state.waiter(entry);
                if (waiter != null && waiter.owner().equals(owner)) {
                    reach(waiter, owner, "");
                }
            }
        }

        private void followWaiter(Waiter waiter) {
            for (var want : waiter.wants()) {
                var lock = state.locks.get(want.name());
                if (lock != null && Queues.reentered(lock, want, waiter.owner()) == null) {
                    follow(waiter, lock, want.units(state.limits));
                }
            }
        }

        private void follow(Waiter waiter, Lock lock, int units) {
            var look = new Looked(lock.name(), units);
            int from = looked.getOrDefault(look, -1);
            boolean own = false;
            for (var hold : from < 0 ? lock.holds() : List.<Hold>of()) {
                boolean needed = lock.capacity() - hold.units() < units && !hold.lost();
                own |= needed && hold.owner().equals(waiter.owner());
                if (needed && !hold.owner().equals(waiter.owner())) {
                    reach(hold.owner(), waiter, lock.name());
                }
            }
            int to = place(lock.queue(), waiter.ticket());
            for (int i = Math.max(from, 0); i < to; i++) {
                follow(waiter, lock, units, lock.queue().get(i));
            }
            if (!own) {
                looked.put(look, Math.max(from, to));
            }
        }

        private void follow(Waiter waiter, Lock lock, int units, Waiter before) {
            int others = before.want(lock.name()).units(state.limits);
            // One that wants the same and nothing else waits for nobody that is not looked at here.
            if (before.wants().size() > 1 || others != units) {
                reach(before, waiter, lock.name());
            }
            if (others + units > lock.capacity() && !before.owner().equals(waiter.owner())) {
                if (before.owner().equals(start.owner()) || waitsElsewhere(before)) {
                    reach(before.owner(), waiter, lock.name());
                }
            }
        }

        private void reach(Waiter next, Object from, String name) {
            if (reached.putIfAbsent(next.ticket(), new Reached(from, name)) == null) {
                open.push(next);
            }
        }

        private void reach(Owner next, Waiter from, String name) {
            if (found != null) {
                return;
            }
            if (next.equals(start.owner())) {
                found = cycle(from, name);
            } else if (reached.putIfAbsent(next, new Reached(from, name)) == null) {
                open.push(next);
            }
        }

        /// Goes back from the last one, which waits for the first.
        private Cycle cycle(Waiter last, String lastName) {
            var steps = new ArrayList<Reply.Step>();
            var victim = last;
            var waiter = last;
            var name = lastName;
            while (true) {
                steps.addFirst(new Reply.Step(waiter.owner(), name));
                victim = younger(waiter, victim);
                if (waiter.ticket() == start.ticket()) {
                    return new Cycle(victim, steps.subList(0, Math.min(steps.size(), MOST_STEPS)));
                }
                var before = before(waiter.ticket());
                if (before.from() instanceof Owner owner) {
                    before = before(owner);
                }
                waiter = (Waiter) before.from();
                name = before.name();
            }
        }

        private Reached before(Object node) {
            var before = reached.get(node);
            if (before == null) {
                throw new IllegalStateException("not reached: " + node);
            }
            return before;
        }

        /// By halves: tickets grow along a queue.
        private static int place(List<Waiter> queue, long ticket) {
            int low = 0;
            int high = queue.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (queue.get(middle).ticket() < ticket) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        private static Waiter younger(Waiter one, Waiter other) {
            long difference = one.owner().session() - other.owner().session();
            return difference > 0 || (difference == 0 && one.ticket() > other.ticket()) ? one : other;
        }
    }
}
