package io.covenant.coordinator.recovery;

import io.covenant.coordinator.ownership.Ownership;
import io.covenant.coordinator.transaction.StoreUnavailableException;
import io.covenant.coordinator.transaction.Transactions;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks every half second for transactions whose coordinator is dead and has this one finish them; forgets, now
/// and then, what is long over.
///
/// Every coordinator takes over: rows are claimed by locks of the database, and what a dead one left must not wait for
/// an election. To forget is a job of which there is one, see [#forgetWhen].
public final class Recovery implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Transactions transactions;
    private final Ownership ownership;
    private final RecoverySettings settings;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;
    private volatile BooleanSupplier forgets = () -> true;

    public Recovery(Transactions transactions, Ownership ownership, RecoverySettings settings, InstantSource clock) {
        this.transactions = transactions;
        this.ownership = ownership;
        this.settings = settings;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("recovery").daemon().factory());
    }

    /// Asked before it forgets. Two coordinators that do so at once do no harm, since they take turns by a lock of the
    /// database; only the look for what is old, through much of the tables, is then made more than once.
    public void forgetWhen(BooleanSupplier forgets) {
        this.forgets = forgets;
    }

    public void start() {
        every(settings.look().toMillis(), this::takeOver);
        every(settings.strayAge().toMillis(), this::takeUpStrays);
        every(settings.purge().toMillis(), this::purge);
    }

    private void every(long millis, Runnable task) {
        var _ = thread.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (StoreUnavailableException e) {
                        LOG.debug("later", e);
                    } catch (RuntimeException e) {
                        LOG.error("recovery failed in a way that nobody expected", e);
                    }
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    /// Of an earlier life of this node nobody else needs to be heard first; of others, those that live must have
    /// had the time to say so.
    private void takeOver() {
        if (!ownership.held()) {
            return;
        }
        int taken;
        do {
            taken = ownership.settled()
                    ? transactions.takeOver(settings.batch())
                    : transactions.takeOverFromPredecessors(settings.batch());
        } while (taken == settings.batch());
    }

    private void takeUpStrays() {
        int strays = transactions.takeUpStrays(settings.strayAge(), settings.batch());
        if (strays > 0) {
            LOG.warn("{} transactions of this coordinator had been lost sight of", strays);
        }
    }

    private void purge() {
        if (!forgets.getAsBoolean()) {
            return;
        }
        int purged;
        do {
            purged = transactions.purge(clock.instant().minus(settings.keep()), settings.purgeBatch());
        } while (purged >= settings.purgeBatch() && !thread.isShutdown());
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
