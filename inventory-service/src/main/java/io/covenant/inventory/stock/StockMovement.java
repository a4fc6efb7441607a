package io.covenant.inventory.stock;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/// One change of what is on hand, and why it happened. For reading: [StockLedger] writes it, once.
@Entity
@Immutable
@Table(name = "stock_movement")
public class StockMovement {

    @Id
    private UUID id;

    private String sku;

    private long quantity;

    @Enumerated(EnumType.STRING)
    private MovementReason reason;

    private @Nullable UUID orderId;

    private @Nullable UUID transactionId;

    private @Nullable String receiptKey;

    private @Nullable String note;

    private Instant at;

    @SuppressWarnings("NullAway.Init") // filled by Hibernate
    protected StockMovement() {}

    /// A UUID of version 7: later movements have greater ids, as far as one node's clock goes.
    public UUID id() {
        return id;
    }

    public String sku() {
        return sku;
    }

    /// Positive when it came in, negative when it went out.
    public long quantity() {
        return quantity;
    }

    public MovementReason reason() {
        return reason;
    }

    /// The order that took or gave back.
    public Optional<UUID> orderId() {
        return Optional.ofNullable(orderId);
    }

    /// The transaction that carried the order.
    public Optional<UUID> transactionId() {
        return Optional.ofNullable(transactionId);
    }

    /// The key under which the receipt was told.
    public Optional<String> receiptKey() {
        return Optional.ofNullable(receiptKey);
    }

    public Optional<String> note() {
        return Optional.ofNullable(note);
    }

    public Instant at() {
        return at;
    }

    /// Whether this movement is what the receipt asks for.
    boolean answers(Receipt receipt) {
        return sku.equals(receipt.sku()) && quantity == receipt.quantity() && Objects.equals(note, receipt.note());
    }
}
