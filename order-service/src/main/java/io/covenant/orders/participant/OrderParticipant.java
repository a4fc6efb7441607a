package io.covenant.orders.participant;

import io.covenant.orders.customer.Customers;
import io.covenant.orders.order.Order;
import io.covenant.orders.order.OrderLine;
import io.covenant.orders.order.Orders;
import io.covenant.orders.placement.NewOrder;
import io.covenant.orders.placement.OrderToCancel;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchOperation;
import io.covenant.transactions.participant.BranchRefusedException;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;

/// The order service's branches. Each works in the transaction that is prepared when the method returns.
@Component
class OrderParticipant {

    private final Orders orders;
    private final Customers customers;
    private final Clock clock;

    OrderParticipant(Orders orders, Customers customers, Clock clock) {
        this.orders = orders;
        this.customers = customers;
        this.clock = clock;
    }

    /// Writes an order and charges its customer.
    @BranchOperation("create")
    void create(NewOrder request, Branch branch) {
        var order = Order.confirmed(
                request.orderId(),
                request.customer(),
                request.lines().stream()
                        .map(line -> new OrderLine(line.sku(), line.name(), line.quantity(), line.unitPrice()))
                        .toList(),
                branch.transaction().value(),
                request.idempotencyKey(),
                Objects.requireNonNullElseGet(request.placedAt(), clock::instant));
        if (customers.charge(order.customer(), order.total()) == 0) {
            throw whyNotCharged(order.customer(), order.total());
        }
        try {
            orders.saveAndFlush(order);
        } catch (DataIntegrityViolationException e) {
            throw new BranchRefusedException(
                    "duplicate-order",
                    "There is an order of this id, or for this key, already.",
                    Map.of("order", order.id().toString()));
        }
    }

    private BranchRefusedException whyNotCharged(String id, BigDecimal amount) {
        return customers
                .findById(id)
                .map(customer -> new BranchRefusedException(
                        "credit-limit-exceeded",
                        "%s more on top of %s is above the limit of %s."
                                .formatted(
                                        amount.toPlainString(),
                                        customer.openAmount().toPlainString(),
                                        customer.creditLimit().toPlainString()),
                        Map.of(
                                "limit", customer.creditLimit().toPlainString(),
                                "open", customer.openAmount().toPlainString(),
                                "requested", amount.toPlainString())))
                .orElseGet(() -> new BranchRefusedException(
                        "unknown-customer", "There is no customer %s.".formatted(id), Map.of("customer", id)));
    }

    /// Cancels an order and takes its amount off its customer's account.
    @BranchOperation("cancel")
    void cancel(OrderToCancel request, Branch branch) {
        var order = orders.findAndLock(request.orderId())
                .orElseThrow(() -> new BranchRefusedException(
                        "unknown-order",
                        "There is no order %s.".formatted(request.orderId()),
                        Map.of("order", request.orderId().toString())));
        var at = Objects.requireNonNullElseGet(request.cancelledAt(), clock::instant);
        if (!order.cancel(branch.transaction().value(), at)) {
            throw new BranchRefusedException(
                    "order-not-cancellable",
                    "The order is %s.".formatted(order.state()),
                    Map.of(
                            "order",
                            order.id().toString(),
                            "state",
                            order.state().name()));
        }
        customers.credit(order.customer(), order.total());
    }
}
