package io.covenant.coordinator.transaction;

import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How far back the coordinators remember together.
///
/// A transaction is forgotten when it has been over for so long; so one whose id was made later is still on record, or
/// never was. Only ids that are UUIDs of version 7 tell when they were made.
///
/// @param keep how long what is over is remembered
record Memory(Duration keep, InstantSource clock) {

    private static final int WITH_TIME = 7;

    /// Whether a transaction that is not on record may have been there.
    boolean mayHaveForgotten(TransactionId id) {
        var uuid = id.value();
        return uuid.version() == WITH_TIME
                && Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16)
                        .plus(keep)
                        .isBefore(clock.instant());
    }
}
