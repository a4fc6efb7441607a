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
import io.covenant.transactions.participant.BranchRefusedException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;

/// What the order service's branches do to orders and customers, whatever the protocol: in the transaction of their
/// caller, who rolls back what is refused.
@Component
class OrderBook {

    private final Orders orders;
    private final Customers customers;
    private final OrderLedger ledger;
    private final OrderHolds holds;
    private final TransactionFence fence;
    private final Clock clock;

    OrderBook(
            Orders orders,
            Customers customers,
            OrderLedger ledger,
            OrderHolds holds,
            TransactionFence fence,
            Clock clock) {
        this.orders = orders;
        this.customers = customers;
        this.ledger = ledger;
        this.holds = holds;
        this.fence = fence;
        this.clock = clock;
    }

    /// The order that a request asks for.
    Order orderOf(NewOrder request, UUID transaction) {
        return Order.confirmed(
                request.orderId(),
                request.customer(),
                request.lines().stream()
                        .map(line -> new OrderLine(line.sku(), line.name(), line.quantity(), line.unitPrice()))
                        .toList(),
                transaction,
                request.idempotencyKey(),
                timeOf(request.placedAt()));
    }

    /// A time that was told, or now.
    Instant timeOf(@Nullable Instant told) {
        return Objects.requireNonNullElseGet(told, clock::instant);
    }

    /// Writes an order and charges its customer, under the customer's lock as [#charge] does.
    void place(Order order, @Nullable CustomerLease lease) {
        if (lease != null) {
            passFence(order, lease);
        }
        boolean placed;
        try {
            placed = ledger.place(order, lease != null);
        } catch (DuplicateKeyException e) {
            throw duplicate(order);
        }
        if (!placed) {
            throw whyNotCharged(order.customer(), order.total(), lease != null);
        }
    }

    /// Charges the customer for an order to be. The fence comes first: whoever lost the customer's lock on the way
    /// writes nothing, and whoever was faster with a newer token is waited for.
    void charge(Order order, @Nullable CustomerLease lease) {
        if (lease != null) {
            passFence(order, lease);
        }
        if (customers.charge(order.customer(), order.total(), lease != null) == 0) {
            throw whyNotCharged(order.customer(), order.total(), lease != null);
        }
    }

    /// Takes back what [#charge] has charged.
    void credit(String customer, BigDecimal amount) {
        customers.credit(customer, amount);
    }

    /// Writes an order whose customer is charged already.
    void write(Order order) {
        try {
            ledger.write(order);
        } catch (DuplicateKeyException e) {
            throw duplicate(order);
        }
    }

    static BranchRefusedException duplicate(Order order) {
        return new BranchRefusedException(
                "duplicate-order",
                "There is an order of this id, or for this key, already.",
                Map.of("order", order.id().toString()));
    }

    /// The order, locked, if it can be cancelled.
    Order cancellable(UUID id) {
        var order = orders.findAndLock(id)
                .orElseThrow(() -> new BranchRefusedException(
                        "unknown-order", "There is no order %s.".formatted(id), Map.of("order", id.toString())));
        if (holds.isBeingCancelled(id)) {
            throw new BranchRefusedException(
                    "order-being-cancelled",
                    "Another transaction is about to cancel the order.",
                    Map.of("order", id.toString()));
        }
        if (!order.isCancellable()) {
            throw new BranchRefusedException(
                    "order-not-cancellable",
                    "The order is %s.".formatted(order.state()),
                    Map.of("order", id.toString(), "state", order.state().name()));
        }
        return order;
    }

    /// Cancels an order and takes its amount off its customer's account. Needs no lock: less never exceeds a limit, and
    /// who adds at the same time waits for the customer's row.
    void cancel(Order order, UUID transaction, Instant at) {
        if (!order.cancel(transaction, at)) {
            throw new IllegalStateException("order " + order.id() + " is " + order.state());
        }
        customers.credit(order.customer(), order.total());
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
}
