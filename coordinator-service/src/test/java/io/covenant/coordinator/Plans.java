package io.covenant.coordinator;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.coordinator.transaction.TransactionPlan.Branch;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.RetryPolicy;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaStep;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Transactions to run in tests.
public final class Plans {

    private Plans() {}

    public static TransactionId id() {
        return new TransactionId(UUID.randomUUID());
    }

    /// An id that says of itself that its branch may decide.
    public static TransactionId idDecidedByItsBranch() {
        var random = UUID.randomUUID();
        long most = (System.currentTimeMillis() << 16) | 0x8000 | (random.getMostSignificantBits() & 0xfff);
        return new TransactionId(new UUID(most, random.getLeastSignificantBits()));
    }

    /// An order with one branch, which commits in one phase.
    public static TransactionPlan single(TransactionId id, Duration deadline) {
        return order(id, deadline, "orders");
    }

    /// An order with a branch in each of these services, and more time than any test takes.
    public static TransactionPlan order(String... services) {
        return order(id(), Duration.ofSeconds(20), services);
    }

    public static TransactionPlan order(TransactionId id, Duration deadline, String... services) {
        return new TransactionPlan(
                id,
                "place-order",
                CommitProtocol.TWO_PHASE,
                deadline,
                false,
                Arrays.stream(services)
                        .map(service -> new Branch(service, service, "work", Payload.of("{\"quantity\":1}")))
                        .toList(),
                "request-1");
    }

    /// The same under another protocol.
    public static TransactionPlan under(CommitProtocol protocol, TransactionPlan plan) {
        return new TransactionPlan(
                plan.id(), plan.name(), protocol, plan.deadline(), plan.inTurn(), plan.branches(), plan.requestId());
    }

    /// A saga of these steps, each in the service of its name unless it says otherwise.
    public static TransactionPlan saga(Duration deadline, SagaStep... steps) {
        return saga(deadline, new Saga("place-order", Saga.Recovery.BACKWARD, List.of(steps)));
    }

    public static TransactionPlan saga(Duration deadline, Saga saga) {
        return new TransactionPlan(
                id(),
                saga.name(),
                CommitProtocol.SAGA,
                deadline,
                false,
                saga.steps().stream()
                        .map(step -> new Branch(
                                step.name(),
                                step.service(),
                                step.action(),
                                Payload.of("{\"step\":\"%s\"}".formatted(step.name()))))
                        .toList(),
                "request-1",
                Optional.of(saga));
    }

    /// A step of `orders` that can be compensated, and is tried again soon.
    public static SagaStep step(String name, String... after) {
        return pivot(name, after).undoneBy("undo-" + name).retried(SOON);
    }

    /// A step that cannot be compensated.
    public static SagaStep pivot(String name, String... after) {
        return SagaStep.of(name, "orders", "do-" + name).after(after).retried(SOON);
    }

    public static final RetryPolicy SOON =
            new RetryPolicy(3, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofSeconds(20));

    /// The same, asking one branch after the other.
    public static TransactionPlan inTurn(TransactionPlan plan) {
        return new TransactionPlan(
                plan.id(), plan.name(), plan.protocol(), plan.deadline(), true, plan.branches(), plan.requestId());
    }
}
