package io.covenant.inventory.participant;

import io.covenant.inventory.stock.Stock;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchOperation;
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
        StockRefusals.unlessReserved(
                stock.reserve(request.by(branch.transaction().value())));
    }

    /// Puts back what an order took.
    @BranchOperation("release")
    void release(ReleaseStock request, Branch branch) {
        StockRefusals.unlessReleased(
                stock.release(request.orderId(), branch.transaction().value()));
    }
}
