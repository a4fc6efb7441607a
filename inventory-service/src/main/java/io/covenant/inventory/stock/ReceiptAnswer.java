package io.covenant.inventory.stock;

/// What became of a [Receipt].
public sealed interface ReceiptAnswer {

    /// It is in the ledger, now or since it was first told.
    record Received(StockMovement movement) implements ReceiptAnswer {}

    /// There is no such item.
    record UnknownSku(String sku) implements ReceiptAnswer {}

    /// The key names another receipt.
    record KeyReused(String key) implements ReceiptAnswer {}
}
