package io.covenant.inventory.stock;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;

/// What an order takes.
///
/// @param order       whose it is
/// @param transaction by which it is taken
/// @param lines       each for another item
public record Reservation(UUID order, UUID transaction, List<Line> lines) {

    /// @param quantity  more than zero
    /// @param unitPrice what the customer was told
    public record Line(String sku, int quantity, BigDecimal unitPrice) {

        public Line {
            if (quantity < 1) {
                throw new IllegalArgumentException("quantity of " + sku + " must be positive: " + quantity);
            }
        }
    }

    public Reservation {
        lines = List.copyOf(lines);
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("a reservation has lines");
        }
        var skus = new HashSet<String>();
        for (var line : lines) {
            if (!skus.add(line.sku())) {
                throw new IllegalArgumentException("two lines for " + line.sku());
            }
        }
    }
}
