package io.covenant.orders.placement;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What became of an [OrderRequest]: done, refused, or not known yet.
public sealed interface PlacementAnswer {

    /// There is an order now.
    record Confirmed(NewOrder order, TransactionId transaction) implements PlacementAnswer {}

    /// There has been an order for this key before. Whether for the same request, the order tells.
    record ConfirmedBefore(UUID order) implements PlacementAnswer {}

    /// There is no order, and the same request will always be answered so.
    ///
    /// @param transaction by which it was not placed
    record Refused(Refusal refusal, TransactionId transaction) implements PlacementAnswer {}

    /// There is no order; the same request may be sent again.
    ///
    /// @param transaction the one that aborted; absent when none was begun
    record Failed(Refusal refusal, @Nullable TransactionId transaction) implements PlacementAnswer {

        Failed(Refusal refusal) {
            this(refusal, null);
        }
    }

    /// There is an order or there will be none: ask for it by the id that it would have.
    record Pending(Placement placement) implements PlacementAnswer {}

    /// The key was used for another request.
    record KeyReused() implements PlacementAnswer {}
}
