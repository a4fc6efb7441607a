package io.covenant.orders.order.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.orders.order.Order;
import io.covenant.orders.order.OrderLine;
import io.covenant.orders.order.OrderState;
import io.covenant.orders.placement.NewOrder;
import io.covenant.orders.placement.Placement;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An order, or the attempt to place one, as clients see it.
///
/// @param transaction       by which it was placed, is being placed, or was not
/// @param lines             present once there is an order
/// @param total             present once there is an order, in EUR
/// @param refusal           present exactly when rejected
/// @param cancelTransaction present exactly when cancelled
@JsonInclude(JsonInclude.Include.NON_NULL)
record OrderView(
        UUID id,
        @Nullable String customer,
        State state,
        @Nullable UUID transaction,
        @Nullable List<LineView> lines,
        @Nullable BigDecimal total,
        @Nullable Instant placedAt,
        @Nullable UUID cancelTransaction,
        @Nullable Instant cancelledAt,
        @Nullable Refusal refusal) {

    enum State {
        /// There is an order or there will be none; ask again.
        PENDING,
        /// Placed.
        CONFIRMED,
        /// Placed and given back.
        CANCELLED,
        /// Never placed.
        REJECTED;

        static State of(OrderState state) {
            return switch (state) {
                case CONFIRMED -> CONFIRMED;
                case CANCELLED -> CANCELLED;
            };
        }
    }

    /// @param unitPrice when it was ordered, in EUR
    record LineView(String sku, String name, int quantity, BigDecimal unitPrice) {}

    static OrderView of(Order order) {
        return placed(order)
                .changedTo(
                        State.of(order.state()),
                        order.cancelTransactionId().orElse(null),
                        order.cancelledAt().orElse(null));
    }

    /// The order as it was when it had just been placed.
    static OrderView placed(Order order) {
        return new OrderView(
                order.id(),
                order.customer(),
                State.CONFIRMED,
                order.transactionId(),
                order.lines().stream()
                        .map(line -> new LineView(line.sku(), line.name(), line.quantity(), line.unitPrice()))
                        .toList(),
                order.total(),
                order.placedAt(),
                null,
                null,
                null);
    }

    /// The same, for an order that was placed a moment ago and need not be read.
    static OrderView placed(NewOrder order, TransactionId transaction) {
        var lines = order.lines().stream()
                .map(line -> new OrderLine(line.sku(), line.name(), line.quantity(), line.unitPrice()))
                .toList();
        return placed(Order.confirmed(
                order.orderId(),
                order.customer(),
                lines,
                transaction.value(),
                null,
                Objects.requireNonNull(order.placedAt())));
    }

    /// The order, cancelled a moment ago.
    static OrderView cancelled(Order order, TransactionId transaction, Instant at) {
        return placed(order).changedTo(State.CANCELLED, transaction.value(), at);
    }

    static OrderView of(Placement placement) {
        var state = switch (placement.state()) {
            case PENDING -> State.PENDING;
            case CONFIRMED -> State.CONFIRMED;
            case REJECTED -> State.REJECTED;
        };
        return new OrderView(
                placement.order(),
                placement.customer(),
                state,
                placement.transaction().value(),
                null,
                null,
                null,
                null,
                null,
                placement.refusal().orElse(null));
    }

    private OrderView changedTo(State next, @Nullable UUID cancelTransaction, @Nullable Instant cancelledAt) {
        return new OrderView(
                id, customer, next, transaction, lines, total, placedAt, cancelTransaction, cancelledAt, refusal);
    }
}
