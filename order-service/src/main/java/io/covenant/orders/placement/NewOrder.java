package io.covenant.orders.placement;

import io.covenant.orders.customer.CustomerLease;
import io.covenant.orders.placement.Quotes.Quote;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;

/// What the branch `orders/create` takes: an order as it will be.
///
/// @param idempotencyKey at most one order bears it
/// @param placedAt       when it counts as placed; when the branch ran, if absent
/// @param lease          of the customer's lock; absent when the customer has no limit
public record NewOrder(
        @NotNull UUID orderId,
        @NotNull String customer,
        @Nullable String idempotencyKey,
        @Nullable Instant placedAt,
        @Valid @Nullable CustomerLease lease,

        @NotEmpty @Size(max = 100) List<@NotNull @Valid Line> lines) {

    /// @param unitPrice what the customer was told
    public record Line(
            @NotNull String sku,
            @NotNull String name,

            @NotNull @Range(min = 1, max = 1_000_000) Integer quantity,

            @NotNull @Positive @Digits(integer = 10, fraction = 2)
            BigDecimal unitPrice) {

        private static Line of(OrderRequest.Line wanted, Quote quote) {
            return new Line(wanted.sku(), quote.name(), wanted.quantity(), quote.price());
        }
    }

    /// The order that a placement asks for, at these prices.
    static NewOrder of(Placement placement, OrderRequest request, Map<String, Quote> prices) {
        return new NewOrder(
                placement.order(),
                request.customer(),
                placement.idempotencyKey().orElse(null),
                placement.createdAt(),
                null,
                request.lines().stream()
                        .map(line -> Line.of(line, Objects.requireNonNull(prices.get(line.sku()))))
                        .toList());
    }

    /// The same, placed at this time.
    public NewOrder placedAt(Instant at) {
        return new NewOrder(orderId, customer, idempotencyKey, at, lease, lines);
    }

    /// The same, placed under the customer's lock.
    NewOrder under(CustomerLease held) {
        return new NewOrder(orderId, customer, idempotencyKey, placedAt, held, lines);
    }
}
