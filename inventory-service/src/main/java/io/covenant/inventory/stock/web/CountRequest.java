package io.covenant.inventory.stock.web;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import org.hibernate.validator.constraints.Range;

/// What lay on the shelves.
///
/// @param quantity with what orders have taken
/// @param reason   why it was counted, for people
record CountRequest(
        @NotNull @Range(min = 0, max = 1_000_000_000) Long quantity,

        @NotBlank @Size(max = 200) @Pattern(regexp = "\\P{Cntrl}*", message = "must not contain control characters")
        String reason) {}
