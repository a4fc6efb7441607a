package io.covenant.locks.namespace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One name that is held or waited for: a lock, a semaphore or an election.
///
/// @param capacity units in all
/// @param used     units that holds take, lost ones included; never more than the capacity
/// @param holds    in the order in which they were granted
/// @param queue    first come, first served
public record Lock(String name, Mode.Kind kind, int capacity, int used, List<Hold> holds, List<Waiter> queue) {

    static Lock free(Want want, Limits limits) {
        return new Lock(want.name(), want.mode().kind(), want.capacity(limits), 0, List.of(), List.of());
    }

    boolean fits(int units) {
        return used + units <= capacity;
    }

    boolean unused() {
        return holds.isEmpty() && queue.isEmpty();
    }

    /// What this owner holds and has not lost.
    @Nullable
    Hold heldBy(Owner owner) {
        for (var hold : holds) {
            if (!hold.lost() && hold.owner().equals(owner)) {
                return hold;
            }
        }
        return null;
    }

    @Nullable
    Hold heldBy(Owner owner, long token) {
        for (var hold : holds) {
            if (hold.token() == token && !hold.lost() && hold.owner().equals(owner)) {
                return hold;
            }
        }
        return null;
    }

    boolean heldBy(long session) {
        for (var hold : holds) {
            if (!hold.lost() && hold.owner().session() == session) {
                return true;
            }
        }
        return false;
    }

    /// The token of its youngest grant that is not lost; 0 when nobody holds it.
    public long token() {
        for (int i = holds.size() - 1; i >= 0; i--) {
            if (!holds.get(i).lost()) {
                return holds.get(i).token();
            }
        }
        return 0;
    }

    Lock plus(Hold hold) {
        return new Lock(name, kind, capacity, used + hold.units(), appended(holds, hold), queue);
    }

    Lock minus(Hold hold) {
        return new Lock(name, kind, capacity, used - hold.units(), without(holds, hold), queue);
    }

    Lock replace(Hold one, Hold other) {
        var others = new ArrayList<>(holds);
        others.set(others.indexOf(one), other);
        return new Lock(name, kind, capacity, used, List.copyOf(others), queue);
    }

    Lock queued(Waiter waiter) {
        return new Lock(name, kind, capacity, used, holds, appended(queue, waiter));
    }

    Lock unqueued(Waiter waiter) {
        return new Lock(name, kind, capacity, used, holds, without(queue, waiter));
    }

    private static <T> List<T> appended(List<T> some, T last) {
        if (some.isEmpty()) {
            return List.of(last);
        }
        var more = new ArrayList<T>(some.size() + 1);
        more.addAll(some);
        more.add(last);
        return List.copyOf(more);
    }

    /// By identity: what leaves was found in there.
    @SuppressWarnings("ReferenceEquality")
    private static <T> List<T> without(List<T> some, T one) {
        if (some.size() == 1 && some.getFirst() == one) {
            return List.of();
        }
        var fewer = new ArrayList<T>(some.size());
        for (var each : some) {
            if (each != one) {
                fewer.add(each);
            }
        }
        if (fewer.size() == some.size()) {
            throw new IllegalStateException(one + " is not among " + some.size());
        }
        return List.copyOf(fewer);
    }
}
