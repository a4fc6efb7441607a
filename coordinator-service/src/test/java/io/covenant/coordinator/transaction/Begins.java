package io.covenant.coordinator.transaction;

import io.covenant.coordinator.Plans;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Begin.BranchSpec;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Begin records, and what follows them, for tests.
final class Begins {

    private static final AtomicLong ATTEMPTS = new AtomicLong(1000);

    private Begins() {}

    static Begin by(Incarnation owner) {
        return by(owner, Plans.id());
    }

    static Begin by(Incarnation owner, TransactionId id) {
        return by(owner, id, new Attempt(ATTEMPTS.incrementAndGet()));
    }

    static Begin by(Incarnation owner, TransactionId id, Attempt attempt) {
        var now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return new Begin(
                id,
                attempt,
                "place-order",
                CommitProtocol.TWO_PHASE,
                "digest",
                List.of(new BranchSpec("orders", "orders", "create"), new BranchSpec("stock", "inventory", "reserve")),
                now,
                now.plus(Duration.ofSeconds(3)),
                owner,
                1);
    }

    static Begin under(CommitProtocol protocol, Begin begin) {
        return new Begin(
                begin.id(),
                begin.attempt(),
                begin.name(),
                protocol,
                begin.digest(),
                begin.branches(),
                begin.createdAt(),
                begin.deadline(),
                begin.owner(),
                begin.epoch());
    }

    static EndRecord end(Begin begin, Decision decision) {
        return end(begin, decision, false, begin.createdAt().plusSeconds(1));
    }

    static EndRecord end(Begin begin, Decision decision, boolean hazard, @Nullable Instant finishedAt) {
        return new EndRecord(
                begin.id(),
                begin.attempt(),
                begin.owner(),
                begin.epoch(),
                decision,
                hazard,
                List.of(),
                List.of(new Timeline.Entry(7, Timeline.Event.FINISHED, null, null)),
                begin.createdAt(),
                finishedAt);
    }
}
