package io.covenant.inventory.stock;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.Nullable;

/// What was counted of an item, and what the books said. For reading: [StockTaking] writes it, once.
@Entity
@Immutable
@Table(name = "stock_count")
public class StockCount {

    @Id
    private UUID id;

    private String sku;

    private long counted;

    private long expected;

    private long reserved;

    private String reason;

    private @Nullable String idempotencyKey;

    private long token;

    private Instant at;

    @SuppressWarnings("NullAway.Init") // filled by Hibernate
    protected StockCount() {}

    /// A UUID of version 7: later counts have greater ids, as far as one node's clock goes.
    public UUID id() {
        return id;
    }

    public String sku() {
        return sku;
    }

    /// What lay on the shelves.
    public long counted() {
        return counted;
    }

    /// What should have, by all that came in and was counted before.
    public long expected() {
        return expected;
    }

    /// What of it orders had taken.
    public long reserved() {
        return reserved;
    }

    /// What could be ordered afterwards.
    public long onHand() {
        return counted - reserved;
    }

    public String reason() {
        return reason;
    }

    /// The key under which it was told.
    public Optional<String> idempotencyKey() {
        return Optional.ofNullable(idempotencyKey);
    }

    /// Of the item's lock, under which it was written.
    public long token() {
        return token;
    }

    public Instant at() {
        return at;
    }

    /// Whether this is what was told.
    boolean answers(Count count) {
        return sku.equals(count.sku()) && counted == count.quantity() && reason.equals(count.reason());
    }
}
