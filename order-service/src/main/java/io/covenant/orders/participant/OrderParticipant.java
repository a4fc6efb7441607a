package io.covenant.orders.participant;

import io.covenant.orders.placement.NewOrder;
import io.covenant.orders.placement.OrderToCancel;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchOperation;
import org.springframework.stereotype.Component;

/// The order service's branches. Each works in the transaction that is prepared when the method returns.
@Component
class OrderParticipant {

    private final OrderBook book;

    OrderParticipant(OrderBook book) {
        this.book = book;
    }

    /// Writes an order and charges its customer.
    @BranchOperation("create")
    void create(NewOrder request, Branch branch) {
        book.place(book.orderOf(request, branch.transaction().value()), request.lease());
    }

    /// Cancels an order and takes its amount off its customer's account.
    @BranchOperation("cancel")
    void cancel(OrderToCancel request, Branch branch) {
        var order = book.cancellable(request.orderId());
        book.cancel(order, branch.transaction().value(), book.timeOf(request.cancelledAt()));
    }
}
