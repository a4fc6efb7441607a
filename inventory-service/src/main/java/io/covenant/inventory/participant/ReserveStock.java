package io.covenant.inventory.participant;

import io.covenant.inventory.stock.Reservation;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.validator.constraints.Range;

/// What the branch `inventory/reserve` takes.
///
/// @param lines each for another item
record ReserveStock(
        @NotNull UUID orderId, @NotEmpty @Size(max = 100) List<@NotNull @Valid Line> lines) {

    ReserveStock {
        var skus = new HashSet<String>();
        for (var line : Objects.requireNonNullElse(lines, List.<Line>of())) {
            if (line != null && !skus.add(line.sku())) {
                throw new IllegalArgumentException("must have one line for each item, not two for " + line.sku());
            }
        }
    }

    /// @param unitPrice what the customer was told
    record Line(
            @NotNull String sku,

            @NotNull @Range(min = 1, max = 1_000_000) Integer quantity,

            @NotNull BigDecimal unitPrice) {}

    Reservation by(UUID transaction) {
        return new Reservation(
                orderId,
                transaction,
                lines.stream()
                        .map(line -> new Reservation.Line(line.sku(), line.quantity(), line.unitPrice()))
                        .toList());
    }
}
