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

    /// Never negative, and the sum of the item's movements.
    public long onHand() {
        return onHand;
    }
}
