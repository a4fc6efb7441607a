package io.covenant.orders.placement;

import io.covenant.transactions.Refusal;
import java.util.Map;
import java.util.Set;

/// Which refusals speak about the order, and which about the moment.
final class Refusals {

    static final Refusal DUPLICATE_ORDER = Refusal.of("duplicate-order", "There is an order for this key already.");

    static final Refusal NO_COORDINATOR =
            Refusal.of("coordinator-unavailable", "No coordinator can be reached; nothing was begun. Try again.");

    private static final Set<String> ABOUT_THE_ORDER = Set.of(
            "unknown-sku",
            "unknown-customer",
            "out-of-stock",
            "credit-limit-exceeded",
            "unknown-order",
            "order-not-cancellable");

    private Refusals() {}

    static Refusal unknownSku(String sku) {
        return new Refusal("unknown-sku", "There is no item %s.".formatted(sku), Map.of("sku", sku));
    }

    static boolean isPriceChanged(Refusal refusal) {
        return refusal.code().equals("price-changed");
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
