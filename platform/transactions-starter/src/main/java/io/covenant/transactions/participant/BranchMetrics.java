package io.covenant.transactions.participant;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/// The figures of a participant, all named `covenant.branches.*`.
public final class BranchMetrics {

    private record Prepared(String operation, String answer) {}

    private record Finished(Decision decision, String answer) {}

    private final MeterRegistry registry;
    private final ConcurrentMap<Prepared, Timer> prepared = new ConcurrentHashMap<>();
    private final ConcurrentMap<Finished, Timer> finished = new ConcurrentHashMap<>();
    private final Counter hazards;
    private final AtomicInteger slotsUsed = new AtomicInteger();
    private final AtomicInteger slots = new AtomicInteger();
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicLong hazardsSeen = new AtomicLong();
    private final AtomicLong oldestMillis = new AtomicLong();

    public BranchMetrics(MeterRegistry registry) {
        this.registry = registry;
        hazards = Counter.builder("covenant.branches.hazards")
                .description("Branches found not to be as decided")
                .register(registry);
        Gauge.builder("covenant.branches.slots.used", slotsUsed, AtomicInteger::get)
                .description("Prepared transactions that the PostgreSQL server holds, of all services")
                .register(registry);
        Gauge.builder("covenant.branches.slots.max", slots, AtomicInteger::get)
                .description("max_prepared_transactions of the server")
                .register(registry);
        Gauge.builder("covenant.branches.prepared", held, AtomicInteger::get)
                .description("Branches that this service's database holds prepared")
                .register(registry);
        Gauge.builder("covenant.branches.prepared.oldest", oldestMillis, millis -> millis.get() / 1000.0)
                .baseUnit("seconds")
                .description("Age of the oldest of them")
                .register(registry);
    }

    /// Figures that nobody reads.
    public static BranchMetrics none() {
        return new BranchMetrics(new CompositeMeterRegistry());
    }

    void watchParked(IntSupplier parked) {
        Gauge.builder("covenant.branches.callbacks.parked", parked::getAsInt)
                .description("Branches whose after-commit callbacks wait for the decision")
                .register(registry);
    }

    void prepared(String operation, PrepareAnswer answer, long nanos) {
        prepared.computeIfAbsent(new Prepared(operation, nameOf(answer)), this::prepareTimer)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    void finished(Decision decision, FinishAnswer answer, long nanos) {
        finished.computeIfAbsent(new Finished(decision, nameOf(answer)), this::finishTimer)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    public void hazard() {
        hazardsSeen.incrementAndGet();
        hazards.increment();
    }

    void slots(int max) {
        slots.set(max);
    }

    void held(PreparedTransactions.Look look) {
        slotsUsed.set(look.slotsUsed());
        held.set(look.ours().size());
        oldestMillis.set(
                look.ours().isEmpty() ? 0 : look.ours().getFirst().age().toMillis());
    }

    int held() {
        return held.get();
    }

    /// The age of the oldest prepared branch, when last looked at.
    Duration oldest() {
        return Duration.ofMillis(oldestMillis.get());
    }

    long hazards() {
        return hazardsSeen.get();
    }

    public void swept(String result) {
        registry.counter("covenant.branches.swept", "result", result).increment();
    }

    private Timer prepareTimer(Prepared key) {
        return Timer.builder("covenant.branches.prepare")
                .description("Working on a branch, preparing it, voting")
                .tag("operation", key.operation())
                .tag("vote", key.answer())
                .register(registry);
    }

    private Timer finishTimer(Finished key) {
        return Timer.builder("covenant.branches.finish")
                .description("Committing or rolling back a branch")
                .tag("decision", key.decision().name())
                .tag("result", key.answer())
                .register(registry);
    }

    private static String nameOf(PrepareAnswer answer) {
        return switch (answer) {
            case PrepareAnswer.Voted(Vote.Yes _) -> "YES";
            case PrepareAnswer.Voted(Vote.No _) -> "NO";
            case PrepareAnswer.Voted(Vote.ReadOnly _) -> "READ_ONLY";
            case PrepareAnswer.Ongoing _ -> "ONGOING";
            case PrepareAnswer.Unknown _ -> "UNKNOWN";
        };
    }

    private static String nameOf(FinishAnswer answer) {
        return switch (answer) {
            case FinishAnswer.Done _ -> "DONE";
            case FinishAnswer.Committed _ -> "COMMITTED";
            case FinishAnswer.Hazard _ -> "HAZARD";
            case FinishAnswer.Unknown _ -> "UNKNOWN";
        };
    }
}
