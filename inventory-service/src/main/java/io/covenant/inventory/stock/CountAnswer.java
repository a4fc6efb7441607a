package io.covenant.inventory.stock;

/// What became of a [Count].
public sealed interface CountAnswer {

    /// It is in the books, now or since it was first told.
    record Counted(StockCount count) implements CountAnswer {}

    /// There is no such item.
    record UnknownSku(String sku) implements CountAnswer {}

    /// The key names another count.
    record KeyReused(String key) implements CountAnswer {}

    /// Orders have taken more than was counted: somebody has to cancel, or to count again.
    record BelowReserved(long counted, long reserved) implements CountAnswer {}
}
