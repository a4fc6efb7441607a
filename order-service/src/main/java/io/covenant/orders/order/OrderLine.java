package io.covenant.orders.order;

import jakarta.persistence.Embeddable;
import java.math.BigDecimal;

/// So many of an item, at the price it had when they were ordered.
@Embeddable
public record OrderLine(String sku, String name, int quantity, BigDecimal unitPrice) {

    /// What the line costs.
    public BigDecimal amount() {
        return unitPrice.multiply(BigDecimal.valueOf(quantity));
    }
}
