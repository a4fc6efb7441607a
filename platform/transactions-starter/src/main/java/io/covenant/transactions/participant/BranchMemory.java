package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How far back the barrier rows reach. What is older cannot be told from what never was, so it is refused.
///
/// @param retention how long a barrier row is kept
public record BranchMemory(Duration retention, InstantSource clock) {

    /// Whether a transaction was named so long ago that its barrier row, if any, may be purged. What does not tell its
    /// time is never too old.
    public boolean isOlder(BranchId branch) {
        var born = branch.transaction().bornMillis();
        return born.isPresent()
                && Instant.ofEpochMilli(born.getAsLong())
                        .isBefore(clock.instant().minus(retention));
    }
}
