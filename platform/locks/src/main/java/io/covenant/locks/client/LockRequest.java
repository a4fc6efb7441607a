package io.covenant.locks.client;

import io.covenant.locks.session.Operation;
import io.covenant.locks.wire.LockMode;
import io.covenant.locks.wire.Want;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What to acquire, and how. Several names are acquired all or none, and held by none while they are waited for.
///
/// @param atMost    zero only tries; null waits until the session ends
/// @param lockDelay how long the names stay taken when this client loses them rather than releases them; needed only
///                  where the resource does not check tokens
/// @param strand    of work that will own them; null: the calling thread. The same strand may acquire a lock again
/// @param value     that a leader proclaims
public record LockRequest(
        List<Want> wants,
        @Nullable Duration atMost,
        Duration lockDelay,
        @Nullable Long strand,
        @Nullable String value) {

    public LockRequest {
        wants = List.copyOf(wants);
        if (wants.isEmpty()) {
            throw new IllegalArgumentException("nothing is wanted");
        }
        if (atMost != null && atMost.isNegative()) {
            throw new IllegalArgumentException("a wait of " + atMost);
        }
    }

    /// Alone, waiting until the session ends.
    public static LockRequest exclusive(String name) {
        return of(Want.exclusive(name));
    }

    /// Together with others that share it.
    public static LockRequest shared(String name) {
        return of(Want.shared(name));
    }

    /// Some permits of a semaphore; the first to ask determines its capacity, and others must name the same.
    public static LockRequest permits(String name, int permits, int capacity) {
        return of(Want.permits(name, permits, capacity));
    }

    public static LockRequest of(Want... wants) {
        return new LockRequest(Arrays.asList(wants), null, Duration.ZERO, null, null);
    }

    public LockRequest waiting(Duration atMost) {
        return new LockRequest(wants, atMost, lockDelay, strand, value);
    }

    /// Does not wait.
    public LockRequest trying() {
        return waiting(Duration.ZERO);
    }

    public LockRequest delayed(Duration lockDelay) {
        return new LockRequest(wants, atMost, lockDelay, strand, value);
    }

    public LockRequest strand(long strand) {
        return new LockRequest(wants, atMost, lockDelay, strand, value);
    }

    LockRequest proclaiming(String value) {
        return new LockRequest(wants, atMost, lockDelay, strand, value);
    }

    LockMode mode() {
        return wants.getFirst().mode();
    }

    Operation.Acquire operation(long owner) {
        return new Operation.Acquire(
                owner, wants, atMost == null ? Operation.FOREVER : atMost.toMillis(), lockDelay.toMillis(), value);
    }

    String names() {
        return wants.stream().map(Want::name).collect(Collectors.joining(", "));
    }
}
