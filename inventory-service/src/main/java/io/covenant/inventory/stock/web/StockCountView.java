package io.covenant.inventory.stock.web;

import io.covenant.inventory.stock.StockCount;
import java.time.Instant;
import java.util.UUID;

/// A count as clients see it.
///
/// @param counted    what lay on the shelves
/// @param expected   what should have
/// @param difference positive when there was more
/// @param reserved   what of it orders had taken
/// @param onHand     what could be ordered afterwards
record StockCountView(
        UUID id,
        String sku,
        long counted,
        long expected,
        long difference,
        long reserved,
        long onHand,
        String reason,
        Instant at) {

    static StockCountView of(StockCount count) {
        return new StockCountView(
                count.id(),
                count.sku(),
                count.counted(),
                count.expected(),
                count.counted() - count.expected(),
                count.reserved(),
                count.onHand(),
                count.reason(),
                count.at());
    }
}
