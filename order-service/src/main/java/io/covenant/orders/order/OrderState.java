package io.covenant.orders.order;

/// What an order has come to.
public enum OrderState {
    /// Its stock is taken, its customer owes it.
    CONFIRMED,
    /// Given back, in both respects.
    CANCELLED
}
