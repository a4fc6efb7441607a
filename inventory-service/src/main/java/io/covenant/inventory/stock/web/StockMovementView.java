package io.covenant.inventory.stock.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.inventory.stock.MovementReason;
import io.covenant.inventory.stock.StockMovement;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A movement as clients see it.
///
/// @param quantity    positive when it came in, negative when it went out
/// @param order       which order took it or gave it back
/// @param transaction by which transaction
@JsonInclude(JsonInclude.Include.NON_NULL)
record StockMovementView(
        UUID id,
        String sku,
        long quantity,
        MovementReason reason,
        @Nullable UUID order,
        @Nullable UUID transaction,
        @Nullable String note,
        Instant at) {

    static StockMovementView of(StockMovement movement) {
        return new StockMovementView(
                movement.id(),
                movement.sku(),
                movement.quantity(),
                movement.reason(),
                movement.orderId().orElse(null),
                movement.transactionId().orElse(null),
                movement.note().orElse(null),
                movement.at());
    }
}
