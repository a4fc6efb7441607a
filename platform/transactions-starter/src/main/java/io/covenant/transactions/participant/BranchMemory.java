package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How far back the barrier rows reach. What is older cannot be told from what never was, so it is refused.
///
/// @param retention how long a barrier row is kept
public record BranchMemory(Duration retention, InstantSource clock) {

    /// Whether a transaction was named so long ago that its barrier row, if any, may be purged. Only names of UUID
    /// version 7 tell their time; others are never too old.
    public boolean isOlder(BranchId branch) {
        var id = branch.transaction().value();
        if (id.version() != 7) {
            return false;
        }
        var named = Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
        return named.isBefore(clock.instant().minus(retention));
    }
}
