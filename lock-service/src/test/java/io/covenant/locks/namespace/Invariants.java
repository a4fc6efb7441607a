package io.covenant.locks.namespace;

import java.util.Collection;
import java.util.function.Supplier;

/// What holds after every entry, whatever the entries were.
final class Invariants {

    private Invariants() {}

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void require(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }

    static void requireSound(Lock lock, Collection<Long> sessions, Limits limits) {
        boolean alone =
                lock.holds().stream().anyMatch(hold -> hold.mode() == Mode.EXCLUSIVE || hold.mode() == Mode.LEADER);
        require(!alone || lock.holds().size() == 1, () -> "not alone: " + lock);
        require(lock.used() == lock.holds().stream().mapToInt(Hold::units).sum(), () -> "used: " + lock);
        require(lock.used() <= lock.capacity(), () -> "more than there is: " + lock);
        for (var hold : lock.holds()) {
            require(hold.count() > 0, () -> "held no more: " + hold);
            require(hold.lost() || sessions.contains(hold.owner().session()), "held by one that is gone");
        }
        require(lock.queue().size() <= limits.waitersPerName(), "too long a queue");
    }

    static void requireBounds(Namespace.Usage usage, Limits limits) {
        require(
                usage.sessions() <= limits.sessions()
                        && usage.waiters() <= limits.waiters()
                        && usage.names() <= limits.names()
                        && usage.files() <= limits.files()
                        && usage.requests() <= 2 * limits.requests()
                        && usage.bytes() <= limits.bytes(),
                () -> "out of bounds: " + usage);
    }
}
