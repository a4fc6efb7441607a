package io.covenant.inventory.participant;

import io.covenant.inventory.stock.ReleaseAnswer;
import io.covenant.inventory.stock.ReservationAnswer;
import io.covenant.transactions.participant.BranchRefusedException;
import java.util.Map;
import java.util.UUID;

/// What stock's answers mean to a transaction.
final class StockRefusals {

    private StockRefusals() {}

    /// @throws BranchRefusedException unless it is reserved
    static void unlessReserved(ReservationAnswer answer) {
        switch (answer) {
            case ReservationAnswer.Reserved() -> {}
            case ReservationAnswer.UnknownSku(var sku) ->
                throw new BranchRefusedException(
                        "unknown-sku", "There is no item %s.".formatted(sku), Map.of("sku", sku));
            case ReservationAnswer.PriceChanged(var sku, var expected, var actual) ->
                throw new BranchRefusedException(
                        "price-changed",
                        "%s costs %s, not %s.".formatted(sku, actual.toPlainString(), expected.toPlainString()),
                        Map.of("sku", sku, "expected", expected.toPlainString(), "actual", actual.toPlainString()));
            case ReservationAnswer.OutOfStock(var sku, var requested, var available) ->
                throw new BranchRefusedException(
                        "out-of-stock",
                        "Of %s there are %d, not %d.".formatted(sku, available, requested),
                        Map.of("sku", sku, "requested", "" + requested, "available", "" + available));
            case ReservationAnswer.AlreadyReserved(var order) ->
                throw new BranchRefusedException(
                        "already-reserved",
                        "Order %s has taken stock before.".formatted(order),
                        Map.of("order", order.toString()));
        }
    }

    /// @throws BranchRefusedException unless it is released
    static void unlessReleased(ReleaseAnswer answer) {
        switch (answer) {
            case ReleaseAnswer.Released() -> {}
            case ReleaseAnswer.UnknownOrder(var order) -> throw unknownOrder(order);
        }
    }

    static BranchRefusedException unknownOrder(UUID order) {
        return new BranchRefusedException(
                "unknown-order", "Order %s never took any stock.".formatted(order), Map.of("order", order.toString()));
    }
}
