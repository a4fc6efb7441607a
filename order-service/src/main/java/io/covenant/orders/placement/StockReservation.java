package io.covenant.orders.placement;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;

/// What the branch `inventory/reserve` takes.
record StockReservation(UUID orderId, List<Line> lines) {

    record Line(String sku, int quantity, BigDecimal unitPrice) {}

    /// What an order takes from the shelves.
    static StockReservation of(NewOrder order) {
        return new StockReservation(
                order.orderId(),
                order.lines().stream()
                        .map(line -> new Line(line.sku(), line.quantity(), line.unitPrice()))
                        .toList());
    }
}
