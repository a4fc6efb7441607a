package io.covenant.inventory.participant;

import io.covenant.inventory.stock.ReleaseAnswer;
import io.covenant.inventory.stock.ReservationAnswer;
import io.covenant.inventory.stock.Stock;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchOperation;
import io.covenant.transactions.participant.BranchRefusedException;
import java.util.Map;
import org.springframework.stereotype.Component;

/// Inventory's branches. Each works in the transaction that is prepared when the method returns.
@Component
class StockParticipant {

    private final Stock stock;

    StockParticipant(Stock stock) {
        this.stock = stock;
    }

    /// Takes what an order wants from the shelves, all of it or nothing.
    @BranchOperation("reserve")
    void reserve(ReserveStock request, Branch branch) {
        switch (stock.reserve(request.by(branch.transaction().value()))) {
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

    /// Puts back what an order took.
    @BranchOperation("release")
    void release(ReleaseStock request, Branch branch) {
        switch (stock.release(request.orderId(), branch.transaction().value())) {
            case ReleaseAnswer.Released() -> {}
            case ReleaseAnswer.UnknownOrder(var order) ->
                throw new BranchRefusedException(
                        "unknown-order",
                        "Order %s never took any stock.".formatted(order),
                        Map.of("order", order.toString()));
        }
    }
}
