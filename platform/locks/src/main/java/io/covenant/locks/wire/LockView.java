package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A name that somebody holds or waits for.
///
/// @param kind       LOCK, SEMAPHORE or ELECTION
/// @param queue      how many wait
/// @param waiters    the first of them
/// @param delayUntil in the service's logical time, while a holder that lost it may not know yet
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LockView(
        String name,
        String kind,
        int capacity,
        List<Holder> holders,
        int queue,
        List<Waiter> waiters,
        @Nullable Long delayUntil) {

    public LockView {
        holders = holders == null ? List.of() : List.copyOf(holders);
        waiters = waiters == null ? List.of() : List.copyOf(waiters);
    }

    /// @param remainingMillis of the session's lease; the primary alone knows
    /// @param lostUntil       in logical time, for a hold that is lost and under its lock-delay
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Holder(
            long session,
            String sessionName,
            long strand,
            LockMode mode,
            long token,
            int holds,
            @Nullable Long remainingMillis,
            @Nullable Long lostUntil) {}

    public record Waiter(long session, String sessionName, long strand, long ticket, LockMode mode) {}
}
