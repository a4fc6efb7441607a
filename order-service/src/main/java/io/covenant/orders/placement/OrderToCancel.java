package io.covenant.orders.placement;

import jakarta.validation.constraints.NotNull;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the branch `orders/cancel` takes.
///
/// @param cancelledAt when it counts as cancelled; when the branch ran, if absent
public record OrderToCancel(@NotNull UUID orderId, @Nullable Instant cancelledAt) {}
