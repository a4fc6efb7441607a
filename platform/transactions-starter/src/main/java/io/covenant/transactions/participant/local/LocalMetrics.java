package io.covenant.transactions.participant.local;

import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.BranchMetrics;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.TryAnswer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The figures of local branches: `covenant.branches.*` of reservations, `covenant.steps.*` of sagas.
public final class LocalMetrics {

    private final MeterRegistry registry;
    private final BranchMetrics branches;
    private final AtomicLong reserved = new AtomicLong();
    private final AtomicLong oldestMillis = new AtomicLong();
    private final AtomicLong reports = new AtomicLong();

    public LocalMetrics(MeterRegistry registry, BranchMetrics branches) {
        this.registry = registry;
        this.branches = branches;
        Gauge.builder("covenant.branches.reserved", reserved, AtomicLong::get)
                .description("Branches that this service's database holds reserved")
                .register(registry);
        Gauge.builder("covenant.branches.reserved.oldest", oldestMillis, millis -> millis.get() / 1000.0)
                .baseUnit("seconds")
                .description("Age of the oldest of them")
                .register(registry);
        Gauge.builder("covenant.steps.reports.waiting", reports, AtomicLong::get)
                .description("Reports of steps that no coordinator has heard")
                .register(registry);
    }

    /// Figures that nobody reads.
    public static LocalMetrics none() {
        return new LocalMetrics(new CompositeMeterRegistry(), BranchMetrics.none());
    }

    void tried(String operation, LocalAnswer<TryAnswer> answer, long nanos) {
        Timer.builder("covenant.branches.try")
                .description("Reserving")
                .tag("operation", operation)
                .tag("answer", nameOfTry(answer))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    void settled(Decision decision, LocalAnswer<Settlement> answer, long nanos) {
        Timer.builder("covenant.branches.settle")
                .description("Confirming or cancelling what is reserved")
                .tag("decision", decision.name())
                .tag("result", nameOfSettlement(answer))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    void asked(String ask, String operation, LocalAnswer<SagaAnswer> answer, long nanos) {
        Timer.builder("covenant.steps")
                .description("Taking, compensating or fencing a step of a saga")
                .tag("ask", ask)
                .tag("operation", operation)
                .tag("answer", nameOfStep(answer))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    void hazard() {
        branches.hazard();
    }

    void swept(String result) {
        branches.swept(result);
    }

    void reserved(long count, long oldest) {
        reserved.set(count);
        oldestMillis.set(oldest);
    }

    void reportsWaiting(long count) {
        reports.set(count);
    }

    private static String nameOfTry(LocalAnswer<TryAnswer> answer) {
        return switch (answer) {
            case LocalAnswer.Given<TryAnswer>(TryAnswer.Reserved _) -> "RESERVED";
            case LocalAnswer.Given<TryAnswer>(TryAnswer.Refused _) -> "REFUSED";
            case LocalAnswer.Given<TryAnswer>(TryAnswer.Nothing _) -> "NOTHING";
            case LocalAnswer.AskAgain<TryAnswer> again -> nameOf(again);
        };
    }

    private static String nameOfSettlement(LocalAnswer<Settlement> answer) {
        return switch (answer) {
            case LocalAnswer.Given<Settlement>(Settlement.Done _) -> "DONE";
            case LocalAnswer.Given<Settlement>(Settlement.Hazard _) -> "HAZARD";
            case LocalAnswer.AskAgain<Settlement> again -> nameOf(again);
        };
    }

    private static String nameOfStep(LocalAnswer<SagaAnswer> answer) {
        return switch (answer) {
            case LocalAnswer.Given<SagaAnswer>(SagaAnswer.Succeeded _) -> "DONE";
            case LocalAnswer.Given<SagaAnswer>(SagaAnswer.Accepted _) -> "ACCEPTED";
            case LocalAnswer.Given<SagaAnswer>(SagaAnswer.Refused _) -> "REFUSED";
            case LocalAnswer.Given<SagaAnswer>(SagaAnswer.Failed _) -> "FAILED";
            case LocalAnswer.Given<SagaAnswer>(SagaAnswer.Undone _) -> "UNDONE";
            case LocalAnswer.Given<SagaAnswer>(SagaAnswer.Fenced _) -> "FENCED";
            case LocalAnswer.AskAgain<SagaAnswer> again -> nameOf(again);
        };
    }

    private static String nameOf(LocalAnswer.AskAgain<?> again) {
        return again.ongoing() ? "ONGOING" : "UNKNOWN";
    }
}
