package io.covenant.inventory.stock;

import java.math.BigDecimal;
import java.util.UUID;

/// What became of a [Reservation]. Unless it is reserved, the caller rolls back.
public sealed interface ReservationAnswer {

    record Reserved() implements ReservationAnswer {}

    record UnknownSku(String sku) implements ReservationAnswer {}

    /// The customer was told another price than the item has.
    record PriceChanged(String sku, BigDecimal expected, BigDecimal actual) implements ReservationAnswer {}

    record OutOfStock(String sku, long requested, long available) implements ReservationAnswer {}

    /// The order has taken stock before, or gave it back again.
    record AlreadyReserved(UUID order) implements ReservationAnswer {}
}
