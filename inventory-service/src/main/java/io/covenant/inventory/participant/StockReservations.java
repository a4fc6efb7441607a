package io.covenant.inventory.participant;

import io.covenant.inventory.stock.Stock;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.Cancel;
import io.covenant.transactions.participant.Confirm;
import io.covenant.transactions.participant.ReservationGoneException;
import io.covenant.transactions.participant.Try;
import org.springframework.stereotype.Component;

/// Inventory's part in *try, confirm, cancel*: what is tried is held, and others see that it is.
@Component
class StockReservations {

    private final Stock stock;

    StockReservations(Stock stock) {
        this.stock = stock;
    }

    /// Holds what an order wants, all of it or nothing: nobody else can have it.
    @Try("reserve")
    void hold(ReserveStock request, Branch branch) {
        StockRefusals.unlessReserved(
                stock.hold(branch.id().gid(), request.by(branch.transaction().value())));
    }

    /// The order takes what is held.
    @Confirm("reserve")
    void take(Branch branch) {
        if (!stock.takeHeld(branch.id().gid())) {
            throw new ReservationGoneException("no stock is held for the branch, or its order has taken stock before");
        }
    }

    /// What is held can be ordered again.
    @Cancel("reserve")
    void giveBack(Branch branch) {
        stock.giveBackHeld(branch.id().gid());
    }

    /// Makes sure that there is something to put back. Nobody can take it away meanwhile, so nothing needs to be held.
    @Try("release")
    void announceReturn(ReleaseStock request, Branch branch) {
        if (!stock.announceReturn(
                branch.id().gid(), request.orderId(), branch.transaction().value())) {
            throw StockRefusals.unknownOrder(request.orderId());
        }
    }

    /// Puts back what the order took.
    @Confirm("release")
    void takeBack(Branch branch) {
        if (!stock.takeBack(branch.id().gid(), branch.transaction().value())) {
            throw new ReservationGoneException("nobody has announced what is to be put back");
        }
    }

    /// The order keeps what it took.
    @Cancel("release")
    void forgetReturn(Branch branch) {
        stock.forgetReturn(branch.id().gid());
    }
}
