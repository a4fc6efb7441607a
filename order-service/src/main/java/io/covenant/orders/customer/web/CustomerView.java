package io.covenant.orders.customer.web;

import io.covenant.orders.customer.Customer;
import java.math.BigDecimal;

/// A customer as clients see it.
///
/// @param creditLimit what the confirmed orders may sum up to, in EUR
/// @param openAmount  what they sum up to
record CustomerView(String id, String name, BigDecimal creditLimit, BigDecimal openAmount) {

    static CustomerView of(Customer customer) {
        return new CustomerView(customer.id(), customer.name(), customer.creditLimit(), customer.openAmount());
    }
}
