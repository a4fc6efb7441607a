package io.covenant.orders.placement;

import io.covenant.locks.client.LeasedLock;
import io.covenant.locks.client.LockLostException;
import io.covenant.orders.customer.CustomerLease;
import io.covenant.transactions.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether an order may be placed for its customer now.
sealed interface CustomerTurn {

    /// Nobody needs to wait for anybody: the customer has no limit, or is unknown.
    record Free() implements CustomerTurn {}

    /// Nobody else places an order for this customer until this is closed, or the lease is lost.
    record Held(LeasedLock lock, CustomerLease lease) implements CustomerTurn, AutoCloseable {

        private static final Logger log = LoggerFactory.getLogger(CustomerTurn.class);

        /// Gives the lock back, for which the answer need not wait.
        @Override
        public void close() {
            Thread.ofVirtual().name("turn-is-over").start(this::release);
        }

        private void release() {
            try {
                lock.release();
            } catch (LockLostException lost) {
                // What was written has passed the fence; what was not, cannot any more.
                log.warn("{}", lost.getMessage());
            }
        }
    }

    /// Not now, for this reason; nothing was begun.
    record NotNow(Refusal refusal) implements CustomerTurn {}
}
