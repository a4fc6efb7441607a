package io.covenant.inventory.stock;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import org.hibernate.annotations.Immutable;

/// Something that can be ordered. For reading: [Stock] defines it, [StockLedger] moves it.
@Entity
@Immutable
@Table(name = "stock_item")
public class StockItem {

    @Id
    private String sku;

    private String name;

    private BigDecimal price;

    private long onHand;

    private long held;

    @SuppressWarnings("NullAway.Init") // filled by Hibernate
    protected StockItem() {}

    public String sku() {
        return sku;
    }

    public String name() {
        return name;
    }

    /// For one piece, with two decimals.
    public BigDecimal price() {
        return price;
    }

    /// How many can be ordered: never negative, and with what is held the sum of the item's movements.
    public long onHand() {
        return onHand;
    }

    /// How many are held for transactions that are not decided.
    public long held() {
        return held;
    }
}
