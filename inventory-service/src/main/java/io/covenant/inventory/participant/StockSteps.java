package io.covenant.inventory.participant;

import io.covenant.inventory.stock.Stock;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.Compensation;
import io.covenant.transactions.participant.SagaStep;
import org.springframework.stereotype.Component;

/// Inventory's steps of sagas: each is done for all to see before the saga is over.
@Component
class StockSteps {

    private final Stock stock;

    StockSteps(Stock stock) {
        this.stock = stock;
    }

    /// Takes what an order wants from the shelves, all of it or nothing.
    @SagaStep("reserve")
    void reserve(ReserveStock request, Branch step) {
        StockRefusals.unlessReserved(stock.reserve(request.by(step.transaction().value())));
    }

    /// Puts back what was taken for an order that will not be.
    @Compensation("reserve")
    void putBack(ReserveStock request, Branch step) {
        StockRefusals.unlessReleased(
                stock.compensate(request.orderId(), step.transaction().value()));
    }

    /// Puts back what a cancelled order took. It has no compensation: it comes after the order is cancelled for good.
    @SagaStep("release")
    void release(ReleaseStock request, Branch step) {
        StockRefusals.unlessReleased(
                stock.release(request.orderId(), step.transaction().value()));
    }
}
