package io.covenant.orders.placement;

import io.covenant.web.idempotency.IdempotencyKey;
import org.jspecify.annotations.Nullable;

/// An idempotency key as it is kept: the customer's own. What one customer calls a request, another may as well, and
/// nobody takes a key away from somebody else or learns that it was used.
final class CustomersKey {

    private CustomersKey() {}

    /// No customer's name has a slash.
    static @Nullable String of(String customer, @Nullable IdempotencyKey key) {
        return key == null ? null : customer + "/" + key.value();
    }
}
