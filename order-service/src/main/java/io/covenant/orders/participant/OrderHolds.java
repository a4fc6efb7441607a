package io.covenant.orders.participant;

import io.covenant.orders.order.Order;
import io.covenant.orders.placement.NewOrder;
import io.covenant.transactions.participant.Branch;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// What transactions hold that are not decided: orders to be, and cancellations to be.
@Component
class OrderHolds {

    private final JdbcTemplate database;
    private final JsonMapper json;
    private final Clock clock;

    OrderHolds(JdbcTemplate database, JsonMapper json, Clock clock) {
        this.database = database;
        this.json = json;
        this.clock = clock;
    }

    /// An order to be, and what its customer is charged for it.
    record HeldOrder(NewOrder content, BigDecimal total) {}

    /// A cancellation to be.
    record HeldCancellation(UUID order, Instant at) {}

    /// Whether there is an order of this id, or for this key.
    boolean isPlaced(Order order) {
        return exists(
                "select exists (select from orders where id = ? or idempotency_key = ?)",
                order.id(),
                order.idempotencyKey().orElse(null));
    }

    /// Whether another transaction is about to place an order of this id, or for this key.
    boolean isBeingPlaced(Order order) {
        return exists("""
                select exists (select from order_hold
                                where (order_id = ? or idempotency_key = ?) and transaction_id <> ?)
                """, order.id(), order.idempotencyKey().orElse(null), order.transactionId());
    }

    void hold(Branch branch, Order order, NewOrder content) {
        database.update(
                """
                insert into order_hold (branch, transaction_id, order_id, customer, total, idempotency_key, content, at)
                values (?, ?, ?, ?, ?, ?, ?::jsonb, ?)
                """,
                branch.id().gid(),
                branch.transaction().value(),
                order.id(),
                order.customer(),
                order.total(),
                order.idempotencyKey().orElse(null),
                json.writeValueAsString(content),
                now());
    }

    /// Takes away what the branch holds, if it does.
    Optional<HeldOrder> end(Branch branch) {
        return database
                .query(
                        "delete from order_hold where branch = ? returning content, total",
                        (row, _) -> new HeldOrder(
                                json.readValue(row.getString("content"), NewOrder.class), row.getBigDecimal("total")),
                        branch.id().gid())
                .stream()
                .findFirst();
    }

    /// Whether a transaction is about to cancel an order, which the caller has locked.
    boolean isBeingCancelled(UUID order) {
        return exists("select exists (select from cancel_hold where order_id = ?)", order);
    }

    void holdCancellation(Branch branch, UUID order, Instant at) {
        database.update(
                "insert into cancel_hold (branch, transaction_id, order_id, cancelled_at, at) values (?, ?, ?, ?, ?)",
                branch.id().gid(),
                branch.transaction().value(),
                order,
                at.atOffset(ZoneOffset.UTC),
                now());
    }

    /// Takes away what the branch holds, if it does.
    Optional<HeldCancellation> endCancellation(Branch branch) {
        return database
                .query(
                        "delete from cancel_hold where branch = ? returning order_id, cancelled_at",
                        (row, _) -> new HeldCancellation(
                                row.getObject("order_id", UUID.class),
                                row.getObject("cancelled_at", OffsetDateTime.class)
                                        .toInstant()),
                        branch.id().gid())
                .stream()
                .findFirst();
    }

    private boolean exists(String sql, @Nullable Object... parameters) {
        return Boolean.TRUE.equals(database.queryForObject(sql, Boolean.class, parameters));
    }

    private OffsetDateTime now() {
        return clock.instant().atOffset(ZoneOffset.UTC);
    }
}
