package io.covenant.orders.placement;

import io.covenant.orders.customer.CustomerLease;
import io.covenant.transactions.Refusal;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/// Which refusals speak about the order, and which about the moment.
final class Refusals {

    static final Refusal DUPLICATE_ORDER = Refusal.of("duplicate-order", "There is an order for this key already.");

    static final Refusal NO_COORDINATOR =
            Refusal.of("coordinator-unavailable", "No coordinator can be reached; nothing was begun. Try again.");

    static final Refusal LOCK_SERVICE_UNAVAILABLE = Refusal.of(
            "lock-service-unavailable",
            "Orders of a customer with a credit limit need the customer's lock, and no node of the lock service answers;"
                    + " nothing was begun. See that its nodes run and that covenant.services.locks names them; then try"
                    + " again.");

    private static final Set<String> ABOUT_THE_ORDER = Set.of(
            "unknown-sku",
            "unknown-customer",
            "out-of-stock",
            "credit-limit-exceeded",
            "unknown-order",
            "order-not-cancellable");

    private static final Set<String> OUTDATED = Set.of("price-changed", "lock-required");

    private Refusals() {}

    static Refusal unknownSku(String sku) {
        return new Refusal("unknown-sku", "There is no item %s.".formatted(sku), Map.of("sku", sku));
    }

    static Refusal customerBusy(String customer, Duration waited) {
        return new Refusal(
                "customer-busy",
                "Other orders of %s are being placed, for longer than the %d ms that this one may wait; nothing was begun. Try again."
                        .formatted(customer, waited.toMillis()),
                Map.of("customer", customer, "lock", CustomerLease.lockOf(customer)));
    }

    static Refusal lockLost(String customer, String why) {
        return new Refusal(
                "lock-lost",
                "The customer's lock was lost before anything was begun: %s. Try again.".formatted(why),
                Map.of("lock", CustomerLease.lockOf(customer)));
    }

    static Refusal lockRefused(String customer, String rule) {
        return new Refusal(
                "lock-refused",
                "The lock service refuses the customer's lock (%s); nothing was begun. Try again.".formatted(rule),
                Map.of("lock", CustomerLease.lockOf(customer), "rule", rule));
    }

    /// Whether what the order was made of has changed since: the price, or that its customer has a limit.
    static boolean isOutdated(Refusal refusal) {
        return OUTDATED.contains(refusal.code());
    }

    static boolean isDuplicateOrder(Refusal refusal) {
        return refusal.code().equals(DUPLICATE_ORDER.code());
    }

    /// Whether the refusal answers the request for good. Any other ("no time", "no coordinator", "the price has just
    /// changed") may be otherwise when the same request comes again, so it does not use up the key.
    static boolean isFinal(Refusal refusal) {
        return ABOUT_THE_ORDER.contains(refusal.code());
    }
}
