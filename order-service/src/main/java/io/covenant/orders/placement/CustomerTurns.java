package io.covenant.orders.placement;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockClient;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockRefusedException;
import io.covenant.locks.client.LockRequest;
import io.covenant.locks.client.LockServiceUnavailableException;
import io.covenant.orders.customer.CustomerLease;
import io.covenant.orders.customer.Customers;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.services.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Lets the orders of one customer come one after the other, where a credit limit makes them depend on each other.
///
/// What keeps the limit is the database: the sum is compared in the statement that raises it, and the fence refuses
/// who lost the lock. The lock makes orders queue in the order in which they came, instead of running into each
/// other's rows while those are prepared.
@Component
class CustomerTurns {

    private static final Logger log = LoggerFactory.getLogger(CustomerTurns.class);

    private final Customers customers;
    private final LockClient locks;
    private final PlacementProperties properties;
    private final String node;

    CustomerTurns(Customers customers, LockClient locks, PlacementProperties properties, Topology topology) {
        this.customers = customers;
        this.locks = locks;
        this.properties = properties;
        this.node = topology.node();
    }

    /// Waits for the customer's turn.
    CustomerTurn take(String customer) {
        return customers.hasLimit(customer).orElse(false) ? takeLock(customer) : new CustomerTurn.Free();
    }

    private CustomerTurn takeLock(String customer) {
        var patience = RequestDeadline.within(properties.lockWait());
        var request = LockRequest.exclusive(CustomerLease.lockOf(customer)).waiting(patience);
        try {
            return locks.tryAcquire(request)
                    .map(lock -> held(customer, lock))
                    .orElseGet(() -> new CustomerTurn.NotNow(Refusals.customerBusy(customer, patience)));
        } catch (LockServiceUnavailableException e) {
            log.warn("no lock for {}: {}", customer, e.getMessage());
            return new CustomerTurn.NotNow(Refusals.LOCK_SERVICE_UNAVAILABLE);
        } catch (LockLostException e) {
            return new CustomerTurn.NotNow(Refusals.lockLost(customer, String.valueOf(e.getMessage())));
        } catch (LockRefusedException e) {
            log.warn("no lock for {}: {}", customer, e.getMessage());
            return new CustomerTurn.NotNow(
                    Refusals.lockRefused(customer, String.valueOf(e.problem().code())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new CustomerTurn.NotNow(Refusals.lockLost(customer, "this instance is being stopped"));
        }
    }

    private CustomerTurn held(String customer, LeasedLock lock) {
        var held = new CustomerTurn.Held(
                lock, new CustomerLease(lock.token(), "%s, session %d".formatted(node, lock.session())));
        if (lock.isValid()) {
            return held;
        }
        held.close();
        return new CustomerTurn.NotNow(Refusals.lockLost(customer, "its lease ran out"));
    }
}
