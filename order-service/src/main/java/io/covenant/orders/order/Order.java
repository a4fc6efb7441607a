package io.covenant.orders.order;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a customer ordered and got.
@Entity
@Table(name = "orders")
public class Order {

    @Id
    private UUID id;

    private String customer;

    @Enumerated(EnumType.STRING)
    private OrderState state;

    private BigDecimal total;

    private UUID transactionId;

    private @Nullable String idempotencyKey;

    private Instant placedAt;

    private @Nullable UUID cancelTransactionId;

    private @Nullable Instant cancelledAt;

    @ElementCollection
    @CollectionTable(name = "order_line", joinColumns = @JoinColumn(name = "order_id"))
    @OrderColumn(name = "position")
    private List<OrderLine> lines;

    @SuppressWarnings("NullAway.Init") // filled by Hibernate
    protected Order() {}

    private Order(
            UUID id,
            String customer,
            List<OrderLine> lines,
            UUID transaction,
            @Nullable String idempotencyKey,
            Instant placedAt) {
        this.id = id;
        this.customer = customer;
        this.state = OrderState.CONFIRMED;
        this.total = totalOf(lines);
        this.transactionId = transaction;
        this.idempotencyKey = idempotencyKey;
        this.placedAt = placedAt;
        this.lines = new ArrayList<>(lines);
    }

    /// A confirmed order, once the given transaction commits.
    public static Order confirmed(
            UUID id,
            String customer,
            List<OrderLine> lines,
            UUID transaction,
            @Nullable String idempotencyKey,
            Instant placedAt) {
        return new Order(id, customer, lines, transaction, idempotencyKey, placedAt);
    }

    /// What the lines cost together.
    public static BigDecimal totalOf(List<OrderLine> lines) {
        return lines.stream().map(OrderLine::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    /// Whether it can be cancelled.
    public boolean isCancellable() {
        return switch (state) {
            case CONFIRMED -> true;
            case CANCELLED -> false;
        };
    }

    /// Cancels the order, once the given transaction commits.
    ///
    /// @return whether it could be cancelled; if not, it is as it was
    public boolean cancel(UUID transaction, Instant at) {
        return switch (state) {
            case CONFIRMED -> {
                state = OrderState.CANCELLED;
                cancelTransactionId = transaction;
                cancelledAt = at;
                yield true;
            }
            case CANCELLED -> false;
        };
    }

    public UUID id() {
        return id;
    }

    public String customer() {
        return customer;
    }

    public OrderState state() {
        return state;
    }

    public BigDecimal total() {
        return total;
    }

    /// The transaction that placed it.
    public UUID transactionId() {
        return transactionId;
    }

    /// The key under which it was placed; no other order bears it.
    public Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey);
    }

    public Instant placedAt() {
        return placedAt;
    }

    /// The transaction that cancelled it.
    public Optional<UUID> cancelTransactionId() {
        return Optional.ofNullable(cancelTransactionId);
    }

    public Optional<Instant> cancelledAt() {
        return Optional.ofNullable(cancelledAt);
    }

    public List<OrderLine> lines() {
        return List.copyOf(lines);
    }
}
