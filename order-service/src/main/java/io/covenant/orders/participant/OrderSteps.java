package io.covenant.orders.participant;

import io.covenant.orders.placement.NewOrder;
import io.covenant.orders.placement.OrderToCancel;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.SagaStep;
import org.springframework.stereotype.Component;

/// The order service's steps of sagas.
///
/// None has a compensation, on purpose. An order exists or it does not: what customers have seen is not made undone. So
/// `create` can only be a saga's last step, when all else is done, and `cancel` its first; each is the pivot.
@Component
class OrderSteps {

    private final OrderBook book;

    OrderSteps(OrderBook book) {
        this.book = book;
    }

    /// Writes an order and charges its customer.
    @SagaStep("create")
    void create(NewOrder request, Branch step) {
        book.place(book.orderOf(request, step.transaction().value()), request.lease());
    }

    /// Cancels an order and takes its amount off its customer's account.
    @SagaStep("cancel")
    void cancel(OrderToCancel request, Branch step) {
        var order = book.cancellable(request.orderId());
        book.cancel(order, step.transaction().value(), book.timeOf(request.cancelledAt()));
    }
}
