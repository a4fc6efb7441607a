package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Ending;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.coordinator.transaction.TransactionPlan.Branch;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaStep;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The platform's coordinator and participants under one protocol, called instead of asked over HTTP. The branches run
/// the very statements of the floor; where a protocol reserves first, as the services do.
final class InProcess implements Contestant {

    static final String PREFIX = "in-process";

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final SagaStep RESERVE =
            SagaStep.of("inventory", "inventory", "reserve").undoneBy("reserve");

    private static final SagaStep CREATE =
            SagaStep.of("orders", "orders", "create").after("inventory").asPivot();

    private static final Saga SAGA = new Saga("place-order", Saga.Recovery.BACKWARD, List.of(RESERVE, CREATE));

    private final Embedded platform;
    private final CommitProtocol protocol;

    /// @param platform shared with the other protocols; its owner closes it
    InProcess(Embedded platform, CommitProtocol protocol) {
        if (protocol == CommitProtocol.PAXOS_COMMIT) {
            throw new IllegalArgumentException("Paxos Commit needs coordinators on disks of their own");
        }
        this.platform = platform;
        this.protocol = protocol;
    }

    static String name(CommitProtocol protocol) {
        return PREFIX + "-" + Modes.name(protocol);
    }

    @Override
    public String name() {
        return name(protocol);
    }

    @Override
    public String description() {
        return Modes.description(protocol) + "; the platform's coordinator and participants called in this process";
    }

    @Override
    public Durability durability() {
        return Modes.durability(protocol);
    }

    @Override
    public Ending place(Purchase purchase) {
        return ending(platform.run(plan(purchase)));
    }

    @Override
    public OptionalLong decisions() {
        return Register.commits(platform.coordinator());
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        return new TreeMap<>();
    }

    @Override
    public void close() {
        // The platform is closed by its owner.
    }

    private TransactionPlan plan(Purchase purchase) {
        var payload = CalledServices.payload(purchase);
        var create = new Branch("orders", "orders", "create", payload);
        var reserve = new Branch("inventory", "inventory", "reserve", payload);
        boolean isSaga = protocol == CommitProtocol.SAGA;
        return new TransactionPlan(
                new TransactionId(purchase.order()),
                "place-order",
                protocol,
                DEADLINE,
                false,
                isSaga ? List.of(reserve, create) : List.of(create, reserve),
                null,
                isSaga ? Optional.of(SAGA) : Optional.empty());
    }

    private static Ending ending(RunAnswer answer) {
        if (answer instanceof RunAnswer.Decided(var transaction, var _) && transaction.outcome() != null) {
            return switch (transaction.outcome()) {
                case COMMITTED -> Ending.COMMITTED;
                case ABORTED -> {
                    var refusal = transaction.refusal();
                    if (refusal == null || !CalledService.REFUSALS.contains(refusal.code())) {
                        throw new IllegalStateException("aborted: " + transaction);
                    }
                    yield Ending.REFUSED;
                }
                case UNDECIDED -> throw new IllegalStateException("undecided: " + transaction);
            };
        }
        throw new IllegalStateException("not decided: " + answer);
    }
}
