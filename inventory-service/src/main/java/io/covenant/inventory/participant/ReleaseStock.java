package io.covenant.inventory.participant;

import jakarta.validation.constraints.NotNull;
import java.util.UUID;

/// What the branch `inventory/release` takes.
record ReleaseStock(@NotNull UUID orderId) {}
