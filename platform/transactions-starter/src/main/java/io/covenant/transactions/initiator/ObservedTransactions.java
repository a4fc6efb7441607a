package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/// Counts the transactions that this service runs, and publishes each [Outcome] as an event of the application.
///
/// Timer `covenant.transactions.run`, with `protocol` and `outcome`: `committed`, `aborted`, `in-doubt`, `unavailable`
/// where nothing was begun, or `rejected`.
final class ObservedTransactions implements Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(ObservedTransactions.class);

    private record Key(CommitProtocol protocol, String outcome) {}

    private final Transactions transactions;
    private final MeterRegistry registry;
    private final ApplicationEventPublisher events;
    private final ConcurrentMap<Key, Timer> timers = new ConcurrentHashMap<>();

    ObservedTransactions(Transactions transactions, MeterRegistry registry, ApplicationEventPublisher events) {
        this.transactions = transactions;
        this.registry = registry;
        this.events = events;
    }

    @Override
    public Outcome run(TransactionDraft draft) {
        long began = System.nanoTime();
        Outcome outcome;
        try {
            outcome = transactions.run(draft);
        } catch (CoordinatorUnavailableException e) {
            count(draft, "unavailable", began);
            throw e;
        } catch (TransactionRejectedException e) {
            count(draft, "rejected", began);
            throw e;
        }
        count(
                draft,
                switch (outcome) {
                    case Outcome.Committed _ -> "committed";
                    case Outcome.Aborted _ -> "aborted";
                    case Outcome.InDoubt _ -> "in-doubt";
                },
                began);
        publish(outcome);
        return outcome;
    }

    /// What a listener throws changes nothing any more.
    private void publish(Outcome outcome) {
        try {
            events.publishEvent(outcome);
        } catch (RuntimeException e) {
            LOG.error("a listener to the outcome of {} failed", outcome.id(), e);
        }
    }

    private void count(TransactionDraft draft, String outcome, long began) {
        timers.computeIfAbsent(new Key(draft.protocol(), outcome), this::timer)
                .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Key key) {
        return Timer.builder("covenant.transactions.run")
                .description("Transactions that this service ran, until it knew the outcome or gave up waiting")
                .tag("protocol", key.protocol().text())
                .tag("outcome", key.outcome())
                .register(registry);
    }

    @Override
    public Outcome outcomeOf(TransactionId id, @Nullable CommitProtocol protocol) {
        return transactions.outcomeOf(id, protocol);
    }
}
