package io.covenant.inventory.stock;

import org.jspecify.annotations.Nullable;

/// What somebody counted on the shelves.
///
/// @param quantity with what orders have taken: it lies there still
/// @param reason   why it was counted, for people
/// @param key      names the count, so that telling it twice does not count it twice
public record Count(
        String sku, long quantity, String reason, @Nullable String key) {}
