package io.covenant.inventory.stock.web;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;

/// Goods that come in.
///
/// @param note for people
record ReceiptRequest(
        @NotNull @Range(min = 1, max = 1_000_000) Integer quantity,

        @Size(max = 200) @Pattern(regexp = "\\P{Cntrl}*", message = "must not contain control characters") @Nullable
        String note) {}
