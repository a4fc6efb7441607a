package io.covenant.orders.participant;

import io.covenant.orders.order.Order;
import io.covenant.orders.order.Orders;
import io.covenant.orders.placement.NewOrder;
import io.covenant.orders.placement.OrderToCancel;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.participant.Cancel;
import io.covenant.transactions.participant.Confirm;
import io.covenant.transactions.participant.ReservationGoneException;
import io.covenant.transactions.participant.Try;
import java.util.Map;
import org.springframework.stereotype.Component;

/// The order service's part in *try, confirm, cancel*. What is tried is kept apart from the orders: nobody sees
/// an order that may not come to be, and customers' limits count it all the same.
@Component
class OrderReservations {

    private final OrderBook book;
    private final OrderHolds holds;
    private final Orders orders;

    OrderReservations(OrderBook book, OrderHolds holds, Orders orders) {
        this.book = book;
        this.holds = holds;
        this.orders = orders;
    }

    /// Charges the customer, and keeps what the order will be.
    @Try("create")
    void hold(NewOrder request, Branch branch) {
        var order = book.orderOf(request, branch.transaction().value());
        book.charge(order, request.lease());
        if (holds.isPlaced(order)) {
            throw OrderBook.duplicate(order);
        }
        if (holds.isBeingPlaced(order)) {
            throw new BranchRefusedException(
                    "order-being-placed",
                    "Another transaction is about to place an order of this id, or for this key.",
                    Map.of("order", order.id().toString()));
        }
        holds.hold(branch, order, request.placedAt(order.placedAt()));
    }

    /// Writes the order, whose customer is charged already.
    @Confirm("create")
    void write(Branch branch) {
        var held = holds.end(branch).orElseThrow(() -> new ReservationGoneException("no order is held for the branch"));
        var order = book.orderOf(held.content(), branch.transaction().value());
        if (holds.isPlaced(order)) {
            throw new ReservationGoneException("there is an order of this id, or for this key, already");
        }
        book.write(order);
    }

    /// Takes the amount off the customer's account; there never was an order.
    @Cancel("create")
    void drop(Branch branch) {
        holds.end(branch).ifPresent(held -> book.credit(held.content().customer(), held.total()));
    }

    /// Keeps others from cancelling the order.
    @Try("cancel")
    void holdCancellation(OrderToCancel request, Branch branch) {
        var order = book.cancellable(request.orderId());
        holds.holdCancellation(branch, order.id(), book.timeOf(request.cancelledAt()));
    }

    /// Cancels the order and takes its amount off its customer's account.
    @Confirm("cancel")
    void cancel(Branch branch) {
        var held = holds.endCancellation(branch)
                .orElseThrow(() -> new ReservationGoneException("no cancellation is held for the branch"));
        var order = orders.findAndLock(held.order())
                .filter(Order::isCancellable)
                .orElseThrow(() -> new ReservationGoneException("the order is cancelled already"));
        book.cancel(order, branch.transaction().value(), held.at());
    }

    /// The order stays what it is.
    @Cancel("cancel")
    void keep(Branch branch) {
        holds.endCancellation(branch);
    }
}
