package io.covenant.orders.customer.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.orders.customer.Customer;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/// A customer as clients see it.
///
/// @param creditLimit what the confirmed orders may sum up to, in EUR; absent when unlimited
/// @param unlimited   true or absent
/// @param openAmount  what they sum up to
@JsonInclude(JsonInclude.Include.NON_NULL)
record CustomerView(
        String id,
        String name,
        @Nullable BigDecimal creditLimit,
        @Nullable Boolean unlimited,
        BigDecimal openAmount) {

    static CustomerView of(Customer customer) {
        var limit = customer.creditLimit();
        return new CustomerView(
                customer.id(),
                customer.name(),
                limit.orElse(null),
                limit.isEmpty() ? true : null,
                customer.openAmount());
    }
}
