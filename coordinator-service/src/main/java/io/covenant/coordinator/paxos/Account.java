package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.Event;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What happened to a transaction that is led here, when, and how it came out. Guarded by the lock of its [Leader].
final class Account {

    /// A transaction whose participants are away for hours does not fill the memory with it.
    private static final int LONGEST = 250;

    private final PaxosParts parts;
    private final TransactionId id;
    private final String name;
    private final Instant createdAt;
    private final Instant deadline;
    private final long beganNanos;
    private final List<Event> timeline = new ArrayList<>(16);
    private @Nullable Decision decision;
    private @Nullable Instant decidedAt;
    private @Nullable Instant finishedAt;

    private Account(PaxosParts parts, TransactionId id, String name, Instant createdAt, Instant deadline) {
        this.parts = parts;
        this.id = id;
        this.name = name;
        this.createdAt = createdAt;
        this.deadline = deadline;
        this.beganNanos = parts.nanoTime().getAsLong();
    }

    static Account of(TransactionPlan plan, PaxosParts parts) {
        var now = parts.clock().instant().truncatedTo(ChronoUnit.MICROS);
        return new Account(parts, plan.id(), plan.name(), now, now.plus(plan.deadline()));
    }

    /// Of a transaction that another coordinator began. Its name is not known, and its id tells when it was named.
    static Account takenOver(TransactionId id, PaxosParts parts) {
        var named = Instant.ofEpochMilli(AcceptorLedger.born(id));
        return new Account(parts, id, Views.UNKNOWN, named, named);
    }

    void note(String event, @Nullable String branch, @Nullable String detail) {
        if (timeline.size() < LONGEST) {
            var micros = elapsed().toNanos() / 1000;
            timeline.add(new Event(createdAt.plus(micros, ChronoUnit.MICROS), micros, event, branch, detail));
        }
    }

    void decides(Decision outcome) {
        decision = outcome;
        decidedAt = now();
        note("decided", null, outcome.name());
    }

    void finishes() {
        finishedAt = now();
        note("finished", null, null);
    }

    /// Since it was begun, or taken over.
    Duration elapsed() {
        return Duration.ofNanos(parts.nanoTime().getAsLong() - beganNanos);
    }

    Duration timeLeft() {
        return Duration.between(createdAt, deadline).minus(elapsed());
    }

    private Instant now() {
        return createdAt.plus(elapsed()).truncatedTo(ChronoUnit.MICROS);
    }

    @SuppressWarnings("NullAway") // does not see in a class file that the nested type Outcome may be null there
    TransactionResource view(State state, String attempt, Collection<LedBranch> branches) {
        var decided = decision;
        return new TransactionResource(
                id.value(),
                name,
                CommitProtocol.PAXOS_COMMIT.name(),
                state,
                decided == null ? null : Views.outcome(decided),
                branches.stream()
                        .map(LedBranch::refusal)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null),
                deadline,
                parts.node(),
                attempt,
                branches.stream().map(LedBranch::view).toList(),
                timeline,
                createdAt,
                decidedAt,
                finishedAt);
    }
}
