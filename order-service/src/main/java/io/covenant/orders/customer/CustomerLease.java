package io.covenant.orders.customer;

import io.covenant.locks.client.LockNames;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;

/// The customer's lock, held while an order is placed; shown to the database with the order.
///
/// @param token  of the grant; every later one is higher
/// @param holder who was granted it, for the audit
public record CustomerLease(
        @Positive long token, @NotNull @Size(max = 200) String holder) {

    /// How the lock of a customer is called, at the lock service and at the fence in the database.
    public static String lockOf(String customer) {
        return "customers/" + LockNames.segment(customer);
    }
}
