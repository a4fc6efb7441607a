package io.covenant.coordinator.operation;

import io.covenant.coordinator.transaction.StoreUnavailableException;
import io.covenant.coordinator.transaction.Transactions;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has this coordinator heed what is paused, whichever coordinator was told to: looks into the database once a second.
final class ServicePauses implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServicePauses.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final OperatorStore store;
    private final Transactions transactions;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("paused-services").daemon().factory());

    ServicePauses(OperatorStore store, Transactions transactions) {
        this.store = store;
        this.transactions = transactions;
        var _ = thread.scheduleWithFixedDelay(
                this::lookQuietly, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Heeds it now.
    void look() {
        transactions.pause(store.paused().stream().map(PausedService::service).collect(Collectors.toSet()));
    }

    private void lookQuietly() {
        try {
            look();
        } catch (StoreUnavailableException e) {
            LOG.debug("what is paused stays as it was", e);
        } catch (RuntimeException e) {
            LOG.error("what is paused could not be read", e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
