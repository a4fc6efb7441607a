package io.covenant.coordinator.insight;

import io.covenant.coordinator.transaction.Backlog;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.StoreUnavailableException;
import io.covenant.coordinator.transaction.TransactionListener;
import io.covenant.coordinator.transaction.Transactions;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;

/// Counts what happens to transactions.
public final class TransactionMetrics implements TransactionListener {

    private static final Duration BACKLOG_MAY_BE_OLD = Duration.ofSeconds(2);

    private final MeterRegistry registry;
    private final Map<CommitProtocol, ProtocolMeters> byProtocol = new EnumMap<>(CommitProtocol.class);
    private final Counter sharedDecisions;
    private final Counter hazards;
    private final Counter takenOver;
    private final Counter raised;
    private final Counter elections;
    private final DistributionSummary batches;
    private final Timer forced;

    public TransactionMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (var protocol : CommitProtocol.values()) {
            byProtocol.put(protocol, new ProtocolMeters(registry, protocol));
        }
        sharedDecisions = ProtocolMeters.optimised(registry, "any", Optimisation.GROUP_COMMIT);
        hazards = Counter.builder("covenant.transactions.hazards")
                .description("Branches found not to be as decided: a person has to look")
                .register(registry);
        takenOver = Counter.builder("covenant.transactions.taken.over")
                .description("Transactions that another coordinator left and this one finishes")
                .register(registry);
        raised = Counter.builder("covenant.sagas.raised")
                .description("Steps of sagas that failed for good or take too long: a person has to help")
                .register(registry);
        elections = Counter.builder("covenant.transactions.elections")
                .description("Elections in which this coordinator stood, to end a three-phase commit")
                .register(registry);
        batches = DistributionSummary.builder("covenant.decisions.batch")
                .description("Decisions per forced commit of the database")
                .register(registry);
        forced = Timer.builder("covenant.decisions.forced")
                .description("Forced commits of the database")
                .register(registry);
    }

    static String lower(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Shows what is under way as well.
    public void watch(Transactions transactions) {
        Gauge.builder("covenant.transactions.undecided", transactions, Transactions::undecided)
                .description("Transactions under way here without a decision")
                .register(registry);
        Gauge.builder("covenant.transactions.unfinished", transactions, Transactions::unfinished)
                .description("Transactions under way here")
                .register(registry);
        Gauge.builder("covenant.sagas.stuck", transactions, Transactions::stuck)
                .description("Sagas under way here that wait for a person")
                .register(registry);
        for (var protocol : CommitProtocol.values()) {
            if (protocol != CommitProtocol.PAXOS_COMMIT) {
                watchInDoubt(protocol, () -> transactions.inDoubt(protocol));
            }
        }
        var backlog = new LatestBacklog(transactions);
        gauge(
                "covenant.backlog.undecided",
                "Transactions of all coordinators without a decision",
                backlog,
                Backlog::undecided);
        gauge(
                "covenant.backlog.unconfirmed",
                "Transactions of all coordinators that some branch has not confirmed",
                backlog,
                Backlog::unconfirmed);
        gauge(
                "covenant.backlog.hazards",
                "Transactions of all coordinators with a branch that is not as decided",
                backlog,
                Backlog::hazards);
        Gauge.builder("covenant.backlog.oldest", backlog, LatestBacklog::oldestSeconds)
                .description("Age of the oldest unfinished transaction of all coordinators")
                .baseUnit("seconds")
                .register(registry);
    }

    /// Shows how many transactions under a protocol wait for their decision here.
    public void watchInDoubt(CommitProtocol protocol, IntSupplier inDoubt) {
        Gauge.builder("covenant.transactions.in.doubt", inDoubt, IntSupplier::getAsInt)
                .description("Transactions under way here of which the outcome is not known")
                .tag("protocol", lower(protocol.name()))
                .strongReference(true)
                .register(registry);
    }

    private void gauge(String name, String description, LatestBacklog backlog, ToDoubleFunction<Backlog> figure) {
        Gauge.builder(name, backlog, latest -> latest.figure(figure))
                .description(description)
                .register(registry);
    }

    private ProtocolMeters of(CommitProtocol protocol) {
        return Objects.requireNonNull(byProtocol.get(protocol));
    }

    @Override
    public void begun(CommitProtocol protocol) {
        of(protocol).begun();
    }

    @Override
    public void decided(CommitProtocol protocol, Decision decision, Duration sinceBegin) {
        of(protocol).decided(decision, sinceBegin);
    }

    @Override
    public void finished(CommitProtocol protocol, Decision decision, Duration sinceBegin) {
        of(protocol).finished(decision, sinceBegin);
    }

    @Override
    public void optimised(CommitProtocol protocol, Optimisation what) {
        of(protocol).optimised(what);
    }

    @Override
    public void hazard(BranchId branch) {
        hazards.increment();
    }

    @Override
    public void takenOver(int transactions) {
        takenOver.increment(transactions);
    }

    @Override
    public void stands(TransactionId transaction) {
        elections.increment();
    }

    @Override
    public void retried(CommitProtocol protocol, Retried what) {
        of(protocol).retried(what);
    }

    @Override
    public void stepAnswered(Ask asked, SagaAnswer answer) {
        registry.counter("covenant.sagas.steps", "asked", lower(asked.name()), "answer", answer(answer))
                .increment();
    }

    private static String answer(SagaAnswer answer) {
        return switch (answer) {
            case SagaAnswer.Succeeded _ -> "done";
            case SagaAnswer.Accepted _ -> "accepted";
            case SagaAnswer.Refused _ -> "refused";
            case SagaAnswer.Failed _ -> "failed";
            case SagaAnswer.Undone _ -> "undone";
            case SagaAnswer.Fenced _ -> "fenced";
        };
    }

    @Override
    public void raised(BranchId step, Refusal why) {
        raised.increment();
    }

    @Override
    public void decisionsForced(int decisions, Duration took) {
        if (decisions > 1) {
            sharedDecisions.increment(decisions);
        }
        batches.record(decisions);
        forced.record(took);
    }

    /// One look into the store serves all figures of a scrape.
    private static final class LatestBacklog {

        private final Transactions transactions;
        private Backlog latest = new Backlog(0, 0, 0, null);
        private boolean known;
        private long looked;

        LatestBacklog(Transactions transactions) {
            this.transactions = transactions;
            this.looked = System.nanoTime() - BACKLOG_MAY_BE_OLD.toNanos();
        }

        synchronized double figure(ToDoubleFunction<Backlog> figure) {
            long now = System.nanoTime();
            if (now - looked >= BACKLOG_MAY_BE_OLD.toNanos()) {
                looked = now;
                try {
                    latest = transactions.backlog();
                    known = true;
                } catch (StoreUnavailableException e) {
                    known = false;
                }
            }
            return known ? figure.applyAsDouble(latest) : Double.NaN;
        }

        double oldestSeconds() {
            return figure(backlog -> {
                var oldest = backlog.oldest();
                return oldest == null
                        ? 0
                        : Duration.between(oldest, Instant.now()).toMillis() / 1000.0;
            });
        }
    }
}
