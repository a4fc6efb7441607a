package io.covenant.inventory.stock.web;

import io.covenant.inventory.stock.StockItem;
import java.math.BigDecimal;

/// An item as clients see it.
///
/// @param price  for one piece, in EUR
/// @param onHand how many can be ordered
/// @param held   how many are held for orders that are not decided
record StockItemView(String sku, String name, BigDecimal price, long onHand, long held) {

    static StockItemView of(StockItem item) {
        return new StockItemView(item.sku(), item.name(), item.price(), item.onHand(), item.held());
    }
}
