package io.covenant.orders.customer;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

    /// Whether the customer has a credit limit; empty for an unknown one.
    @Query(nativeQuery = true, value = "select credit_limit is not null from customer where id = :id")
    Optional<Boolean> hasLimit(String id);

    /// Names a customer and sets the limit, new or known.
    ///
    /// @param creditLimit `null` for none
    /// @return whether the customer is new
    default boolean define(String id, String name, @Nullable BigDecimal creditLimit) {
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
    int add(String id, String name, @Nullable BigDecimal creditLimit);

    /// What is open stays, also above the new limit.
    @Transactional
    @Modifying
    @Query(nativeQuery = true, value = """
            update customer
               set name = :name, credit_limit = cast(:creditLimit as numeric),
                   tolerated_amount = case when open_amount > cast(:creditLimit as numeric) then open_amount end
             where id = :id
            """)
    int change(String id, String name, @Nullable BigDecimal creditLimit);

    /// Adds to what a customer owes, if the limit allows it. The customer is locked until the end of the transaction.
    ///
    /// @param leased whether it happens under the customer's lock; without it, nothing is added where a limit is
    /// @return 1, or 0 when there is no such customer or the limit speaks against it
    @Modifying
    @Query(nativeQuery = true, value = """
            update customer
               set open_amount = open_amount + :amount
             where id = :id and (credit_limit is null or :leased)
               and open_amount + :amount <= coalesce(credit_limit, :most)
            """)
    int charge(String id, BigDecimal amount, boolean leased, BigDecimal most);

    /// The same, with the most that can be written down for a customer without a limit.
    default int charge(String id, BigDecimal amount, boolean leased) {
        return charge(id, amount, leased, Customer.MOST_OPEN);
    }

    /// Takes back what [#charge] added.
    @Modifying
    @Query(nativeQuery = true, value = """
            update customer
               set open_amount = open_amount - :amount,
                   tolerated_amount = case when open_amount - :amount > credit_limit then open_amount - :amount end
             where id = :id
            """)
    int credit(String id, BigDecimal amount);
}
