package io.covenant.inventory.stock;

import org.jspecify.annotations.Nullable;

/// Goods that came in.
///
/// @param quantity more than zero
/// @param note     for people
/// @param key      names the receipt, so that telling it twice does not count it twice
public record Receipt(
        String sku,
        long quantity,
        @Nullable String note,
        @Nullable String key) {}
