package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Timeline.Event;
import io.covenant.transactions.Decision;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What has happened to one attempt, when, and how it came out: for the store, and for whoever looks. Guarded by the
/// lock of its [ProtocolLoop].
final class Chronicle {

    private final Begin begin;
    private final LongSupplier nanoTime;

    /// When it began, on the clock of [Surroundings#nanoTime].
    private final long begunNanos;

    private final Timeline timeline = new Timeline();
    /// So many of the first events does the register keep.
    private int inRegister;
    /// What clients may hear.
    private @Nullable Decision decision;
    private @Nullable Instant decidedAt;
    private @Nullable Instant finishedAt;

    Chronicle(Begin begin, Surroundings around) {
        this.begin = begin;
        this.nanoTime = around.nanoTime();
        this.begunNanos = nanoTime.getAsLong()
                - Math.max(
                        0,
                        Duration.between(begin.createdAt(), around.clock().instant())
                                .toNanos());
    }

    // ---- what happens

    void note(Event event, @Nullable BranchProgress branch, @Nullable String detail) {
        timeline.add(elapsed().toNanos() / 1000, event, branch == null ? null : branch.id.name(), detail);
    }

    void noteOf(String branch, Event event, @Nullable String detail) {
        timeline.add(elapsed().toNanos() / 1000, event, branch, detail);
    }

    /// Puts first what another coordinator has noted.
    void startWith(List<Timeline.Entry> earlier) {
        timeline.startWith(earlier);
    }

    /// The register keeps these events already; they come first.
    void continues(Register register) {
        timeline.startWith(register.timeline());
        inRegister = register.timeline().size();
    }

    /// The register keeps the first events already.
    void registerKeeps(int events) {
        inRegister = events;
    }

    void datesDecision(Instant at) {
        decidedAt = at;
    }

    /// From here on clients may hear it.
    void decides(Decision answer) {
        decision = answer;
        if (decidedAt == null) {
            decidedAt = now();
        }
    }

    void finishes() {
        finishedAt = now();
    }

    // ---- what is known

    CommitProtocol protocol() {
        return begin.protocol();
    }

    /// What clients may hear.
    @Nullable
    Decision decision() {
        return decision;
    }

    boolean finished() {
        return finishedAt != null;
    }

    List<Timeline.Entry> events() {
        return timeline.entries();
    }

    Duration elapsed() {
        return Duration.ofNanos(nanoTime.getAsLong() - begunNanos);
    }

    /// Until the transaction aborts.
    Duration timeLeft() {
        return Duration.between(begin.createdAt().plus(elapsed()), begin.deadline());
    }

    /// This moment, as dates are kept: the begin and what has elapsed, so that later is never earlier.
    Instant now() {
        return begin.createdAt().plus(elapsed()).truncatedTo(ChronoUnit.MICROS);
    }

    /// @param statuses what became of each branch; empty when all did as decided
    EndRecord endRecord(int epoch, Decision decided, boolean hazard, List<BranchStatus> statuses) {
        return new EndRecord(
                begin.id(),
                begin.attempt(),
                begin.owner(),
                epoch,
                decided,
                hazard,
                statuses,
                timeline.entriesFrom(inRegister),
                Objects.requireNonNull(decidedAt),
                finishedAt);
    }

    /// @param steps how far each step is
    SagaJournal.Note sagaNote(int epoch, List<BranchStatus> steps) {
        return new SagaJournal.Note(
                begin.id(),
                begin.attempt(),
                begin.owner(),
                epoch,
                decision,
                steps,
                timeline.entries(),
                decidedAt,
                finishedAt);
    }

    TransactionResource view(TransactionResource.State state, List<BranchStatus> statuses) {
        return View.of(begin, state, decision, statuses, timeline.entries(), decidedAt, finishedAt);
    }
}
