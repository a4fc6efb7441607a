package io.covenant.inventory.stock;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

/// The counts, for reading.
public interface StockCounts extends Repository<StockCount, UUID> {

    Optional<StockCount> findById(UUID id);

    Optional<StockCount> findByIdempotencyKey(String key);

    List<StockCount> findBySkuOrderByIdDesc(String sku, Limit limit);

    List<StockCount> findBySkuAndIdLessThanOrderByIdDesc(String sku, UUID id, Limit limit);

    /// The counts of an item, the newest first.
    default List<StockCount> newest(String sku, int rows) {
        return findBySkuOrderByIdDesc(sku, Limit.of(rows));
    }

    /// Those that came before a count, the newest first.
    default List<StockCount> before(UUID id, String sku, int rows) {
        return findBySkuAndIdLessThanOrderByIdDesc(sku, id, Limit.of(rows));
    }
}
