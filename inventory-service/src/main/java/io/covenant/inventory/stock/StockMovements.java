package io.covenant.inventory.stock;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

/// The movements, for reading.
public interface StockMovements extends Repository<StockMovement, UUID> {

    Optional<StockMovement> findById(UUID id);

    Optional<StockMovement> findByReceiptKey(String key);

    List<StockMovement> findBySkuOrderByIdDesc(String sku, Limit limit);

    List<StockMovement> findBySkuAndIdLessThanOrderByIdDesc(String sku, UUID id, Limit limit);

    /// The movements of an item, the newest first.
    default List<StockMovement> newest(String sku, int rows) {
        return findBySkuOrderByIdDesc(sku, Limit.of(rows));
    }

    /// Those that came before a movement, the newest first.
    default List<StockMovement> before(UUID id, String sku, int rows) {
        return findBySkuAndIdLessThanOrderByIdDesc(sku, id, Limit.of(rows));
    }
}
