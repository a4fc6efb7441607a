package io.covenant.coordinator.transaction;

import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which transactions to list.
///
/// @param state  only those in this state
/// @param before only those that began earlier
/// @param after  only those that follow this one in the list
/// @param limit  so many at most
public record TransactionQuery(
        @Nullable State state,
        @Nullable Instant before,
        @Nullable TransactionId after,
        int limit) {

    /// Whether a transaction is among them, its limit aside.
    boolean matches(TransactionResource one) {
        return (state == null || state == one.state())
                && (before == null || one.createdAt().isBefore(before))
                && (after == null || one.id().toString().compareTo(after.toString()) < 0);
    }

    TransactionQuery after(TransactionId last) {
        return new TransactionQuery(state, before, last, limit);
    }
}
