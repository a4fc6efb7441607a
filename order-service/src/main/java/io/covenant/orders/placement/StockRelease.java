package io.covenant.orders.placement;

import java.util.UUID;

/// What the branch `inventory/release` takes.
record StockRelease(UUID orderId) {}
