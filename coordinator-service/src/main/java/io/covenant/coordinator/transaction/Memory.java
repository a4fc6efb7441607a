package io.covenant.coordinator.transaction;

import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How far back the coordinators remember together.
///
/// A transaction is forgotten when it has been over for so long; so one whose id was made later is still on record, or
/// never was. An id that does not tell when it was made is never too old.
///
/// @param keep how long what is over is remembered
record Memory(Duration keep, InstantSource clock) {

    /// Whether a transaction that is not on record may have been there.
    boolean mayHaveForgotten(TransactionId id) {
        var born = id.bornMillis();
        return born.isPresent()
                && Instant.ofEpochMilli(born.getAsLong()).plus(keep).isBefore(clock.instant());
    }
}
