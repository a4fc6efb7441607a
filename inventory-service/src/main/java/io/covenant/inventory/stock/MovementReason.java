package io.covenant.inventory.stock;

/// Why stock moved.
public enum MovementReason {
    /// Goods came in.
    RECEIPT,
    /// An order took them.
    ORDER,
    /// A cancelled order gave them back.
    CANCELLATION,
    /// They were taken for an order that never came to be.
    COMPENSATION,
    /// Somebody counted, and the books were wrong.
    COUNT
}
