package io.covenant.orders.participant;

import io.covenant.locks.fencing.FencedOffException;
import io.covenant.locks.spring.TransactionFence;
import io.covenant.orders.customer.Customer;
import io.covenant.orders.customer.CustomerLease;
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
    private final TransactionFence fence;
    private final Clock clock;

    OrderParticipant(Orders orders, Customers customers, TransactionFence fence, Clock clock) {
        this.orders = orders;
        this.customers = customers;
        this.fence = fence;
        this.clock = clock;
    }

    /// Writes an order and charges its customer. The fence comes first: whoever lost the customer's lock on the way
    /// writes nothing, and whoever was faster with a newer token is waited for.
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
        var lease = request.lease();
        if (lease != null) {
            passFence(order, lease);
        }
        if (customers.charge(order.customer(), order.total(), lease != null) == 0) {
            throw whyNotCharged(order.customer(), order.total(), lease != null);
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

    private void passFence(Order order, CustomerLease lease) {
        var lock = CustomerLease.lockOf(order.customer());
        try {
            fence.check(lock, lease.token(), lease.holder(), "order " + order.id());
        } catch (FencedOffException late) {
            throw new BranchRefusedException(
                    "stale-token",
                    "The customer's lock passed on before the order was written: token %d is older than %d."
                            .formatted(late.given(), late.current()),
                    Map.of("lock", lock, "given", "" + late.given(), "current", "" + late.current()));
        }
    }

    private BranchRefusedException whyNotCharged(String id, BigDecimal amount, boolean leased) {
        var customer = customers.findById(id);
        if (customer.isEmpty()) {
            return new BranchRefusedException(
                    "unknown-customer", "There is no customer %s.".formatted(id), Map.of("customer", id));
        }
        var open = customer.get().openAmount();
        var limit = customer.get().creditLimit();
        if (limit.isPresent() && !leased) {
            return new BranchRefusedException(
                    "lock-required",
                    "The customer has a limit: an order is placed under the customer's lock.",
                    Map.of("lock", CustomerLease.lockOf(id)));
        }
        var most = limit.orElse(Customer.MOST_OPEN).toPlainString();
        return new BranchRefusedException(
                "credit-limit-exceeded",
                "%s more on top of %s is above the limit of %s."
                        .formatted(amount.toPlainString(), open.toPlainString(), most),
                Map.of(
                        "limit", most,
                        "open", open.toPlainString(),
                        "requested", amount.toPlainString()));
    }

    /// Cancels an order and takes its amount off its customer's account. Needs no lock: less never exceeds a limit, and
    /// who adds at the same time waits for the customer's row.
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
