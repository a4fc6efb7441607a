package io.covenant.coordinator;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Payload;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.coordinator.transaction.TransactionPlan.Branch;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;

/// Transactions to run in tests.
public final class Plans {

    private Plans() {}

    public static TransactionId id() {
        return new TransactionId(UUID.randomUUID());
    }

    /// An order with a branch in each of these services.
    public static TransactionPlan order(String... services) {
        return order(id(), Duration.ofSeconds(3), services);
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

    /// The same, asking one branch after the other.
    public static TransactionPlan inTurn(TransactionPlan plan) {
        return new TransactionPlan(
                plan.id(), plan.name(), plan.protocol(), plan.deadline(), true, plan.branches(), plan.requestId());
    }
}
