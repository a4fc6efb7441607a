package io.covenant.orders.order;

import jakarta.persistence.LockModeType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;
import org.springframework.data.jpa.domain.Specification;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/// The orders.
public interface Orders extends Repository<Order, UUID>, JpaSpecificationExecutor<Order> {

    @Query("select o from Order o left join fetch o.lines where o.id = :id")
    Optional<Order> find(UUID id);

    /// The order without its lines, locked until the end of the transaction.
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select o from Order o where o.id = :id")
    Optional<Order> findAndLock(UUID id);

    @Query("select o from Order o left join fetch o.lines where o.id in :ids order by o.id desc")
    List<Order> findAll(Collection<UUID> ids);

    /// The newest orders that fit, with their lines.
    ///
    /// @param customer of whom; `null` for all
    /// @param state    in which state; `null` for any
    /// @param before   only those placed before this one; `null` for the newest of all
    default List<Order> newest(@Nullable String customer, @Nullable OrderState state, @Nullable UUID before, int rows) {
        var wanted = new ArrayList<Specification<Order>>();
        if (customer != null) {
            wanted.add((order, _, is) -> is.equal(order.get("customer"), customer));
        }
        if (state != null) {
            wanted.add((order, _, is) -> is.equal(order.get("state"), state));
        }
        if (before != null) {
            wanted.add((order, _, is) -> is.lessThan(order.get("id"), before));
        }
        var found = findBy(
                Specification.allOf(wanted),
                query -> query.sortBy(Sort.by("id").descending()).limit(rows).all());
        return found.isEmpty() ? found : findAll(found.stream().map(Order::id).toList());
    }
}
