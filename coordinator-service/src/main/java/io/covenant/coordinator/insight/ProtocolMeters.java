package io.covenant.coordinator.insight;

import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.TransactionListener.Optimisation;
import io.covenant.coordinator.transaction.TransactionListener.Retried;
import io.covenant.transactions.Decision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/// The figures of the transactions under one protocol, each tagged with its name.
final class ProtocolMeters {

    private static final String PROTOCOL = "protocol";

    private final Counter begun;
    private final Map<Decision, Timer> decided = new EnumMap<>(Decision.class);
    private final Map<Decision, Timer> finished = new EnumMap<>(Decision.class);
    private final Map<Retried, Counter> retried = new EnumMap<>(Retried.class);
    private final Map<Optimisation, Counter> optimised = new EnumMap<>(Optimisation.class);

    ProtocolMeters(MeterRegistry registry, CommitProtocol protocol) {
        var name = TransactionMetrics.lower(protocol.name());
        begun = Counter.builder("covenant.transactions.begun")
                .description("Transactions whose work was sent from here")
                .tag(PROTOCOL, name)
                .register(registry);
        for (var decision : Decision.values()) {
            decided.put(
                    decision,
                    Timer.builder("covenant.transactions.decided")
                            .description("Transactions decided here, and how long that took from their begin")
                            .tag("outcome", outcome(decision))
                            .tag(PROTOCOL, name)
                            .register(registry));
            finished.put(
                    decision,
                    Timer.builder("covenant.transactions.finished")
                            .description("Transactions of which every branch has confirmed, and how long that took")
                            .tag("outcome", outcome(decision))
                            .tag(PROTOCOL, name)
                            .register(registry));
        }
        for (var what : Retried.values()) {
            retried.put(
                    what,
                    Counter.builder("covenant.transactions.retried")
                            .description("Things tried once more")
                            .tag("what", TransactionMetrics.lower(what.name()))
                            .tag(PROTOCOL, name)
                            .register(registry));
        }
        for (var what : Optimisation.values()) {
            if (what != Optimisation.GROUP_COMMIT) {
                optimised.put(what, optimised(registry, name, what));
            }
        }
    }

    static Counter optimised(MeterRegistry registry, String protocol, Optimisation what) {
        return Counter.builder("covenant.transactions.optimised")
                .description("Times at which something was saved that the protocol could have cost")
                .tag("optimisation", TransactionMetrics.lower(what.name()))
                .tag(PROTOCOL, protocol)
                .register(registry);
    }

    private static String outcome(Decision decision) {
        return switch (decision) {
            case COMMIT -> "committed";
            case ABORT -> "aborted";
        };
    }

    void begun() {
        begun.increment();
    }

    void decided(Decision decision, Duration sinceBegin) {
        meter(decided, decision).record(sinceBegin);
    }

    void finished(Decision decision, Duration sinceBegin) {
        meter(finished, decision).record(sinceBegin);
    }

    void retried(Retried what) {
        meter(retried, what).increment();
    }

    void optimised(Optimisation what) {
        meter(optimised, what).increment();
    }

    private static <K, M> M meter(Map<K, M> meters, K key) {
        return Objects.requireNonNull(meters.get(key));
    }
}
