package io.covenant.inventory.stock;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

/// The items, for reading.
public interface StockItems extends Repository<StockItem, String> {

    Optional<StockItem> findById(String sku);

    List<StockItem> findBySkuInOrderBySku(Collection<String> skus);

    List<StockItem> findBySkuGreaterThanOrderBySku(String after, Limit limit);

    /// The next items by SKU; after the empty text, the first.
    default List<StockItem> after(String sku, int rows) {
        return findBySkuGreaterThanOrderBySku(sku, Limit.of(rows));
    }
}
