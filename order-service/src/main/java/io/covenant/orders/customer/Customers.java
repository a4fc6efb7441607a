package io.covenant.orders.customer;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;
import org.springframework.transaction.annotation.Transactional;

/// The customers.
public interface Customers extends Repository<Customer, String> {

    Optional<Customer> findById(String id);

    List<Customer> findByIdGreaterThanOrderById(String after, Limit limit);

    /// The next customers by id; after the empty text, the first.
    default List<Customer> after(String id, int rows) {
        return findByIdGreaterThanOrderById(id, Limit.of(rows));
    }

    /// Names a customer and sets the limit, new or known.
    ///
    /// @return whether the customer is new
    default boolean define(String id, String name, BigDecimal creditLimit) {
        if (add(id, name, creditLimit) == 1) {
            return true;
        }
        change(id, name, creditLimit);
        return false;
    }

    @Transactional
    @Modifying
    @Query(
            nativeQuery = true,
            value =
                    "insert into customer (id, name, credit_limit) values (:id, :name, :creditLimit) on conflict do nothing")
    int add(String id, String name, BigDecimal creditLimit);

    @Transactional
    @Modifying
    @Query("update Customer c set c.name = :name, c.creditLimit = :creditLimit where c.id = :id")
    int change(String id, String name, BigDecimal creditLimit);

    /// Adds to what a customer owes, if the limit allows it. The customer is locked until the end of the transaction.
    ///
    /// @return 1, or 0 when there is no such customer or the limit speaks against it
    @Modifying
    @Query("""
            update Customer c set c.openAmount = c.openAmount + :amount
             where c.id = :id and c.openAmount + :amount <= c.creditLimit
            """)
    int charge(String id, BigDecimal amount);

    /// Takes back what [#charge] added.
    @Modifying
    @Query("update Customer c set c.openAmount = c.openAmount - :amount where c.id = :id")
    int credit(String id, BigDecimal amount);
}
