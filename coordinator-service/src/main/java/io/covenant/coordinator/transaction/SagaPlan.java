package io.covenant.coordinator.transaction;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.transactions.saga.RetryPolicy;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaStep;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A saga and the input of each of its steps: all that somebody needs who sends its actions again.
record SagaPlan(Saga saga, Map<String, Payload> payloads) {

    SagaPlan {
        payloads = Map.copyOf(payloads);
    }

    /// @throws java.util.NoSuchElementException if it is no saga
    static SagaPlan of(TransactionPlan plan) {
        var payloads = new TreeMap<String, Payload>();
        // As the journal gives it back, so that a step that is asked again gets the same bytes.
        plan.branches()
                .forEach(branch ->
                        payloads.put(branch.name(), Payload.of(branch.payload().toString())));
        return new SagaPlan(plan.saga().orElseThrow(), payloads);
    }

    SagaStep step(String name) {
        return saga.steps().stream()
                .filter(step -> step.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no step " + name));
    }

    Payload payload(String step) {
        return Objects.requireNonNull(payloads.get(step));
    }

    // ---- as text

    private record Stored(Saga.Recovery recovery, List<StoredStep> steps) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record StoredStep(
            String name,
            String service,
            String action,
            @Nullable String compensation,
            Set<String> after,
            boolean pivot,
            int attempts,
            long firstMillis,
            long mostMillis,
            long withinMillis,
            String payload) {

        private SagaStep step() {
            return new SagaStep(
                    name,
                    service,
                    action,
                    Optional.ofNullable(compensation),
                    after,
                    pivot,
                    new RetryPolicy(
                            attempts,
                            Duration.ofMillis(firstMillis),
                            Duration.ofMillis(mostMillis),
                            Duration.ofMillis(withinMillis)));
        }
    }

    /// For the journal.
    String write() {
        return Rows.JSON.writeValueAsString(new Stored(
                saga.recovery(), saga.steps().stream().map(this::stored).toList()));
    }

    private StoredStep stored(SagaStep step) {
        var retries = step.retries();
        return new StoredStep(
                step.name(),
                step.service(),
                step.action(),
                step.compensation().orElse(null),
                step.after(),
                step.pivot(),
                retries.attempts(),
                retries.first().toMillis(),
                retries.most().toMillis(),
                retries.within().toMillis(),
                payload(step.name()).toString());
    }

    /// From the journal.
    static SagaPlan read(String name, String text) {
        var stored = Rows.JSON.readValue(text, Stored.class);
        var payloads = new TreeMap<String, Payload>();
        stored.steps().forEach(step -> payloads.put(step.name(), Payload.of(step.payload())));
        return new SagaPlan(
                new Saga(
                        name,
                        stored.recovery(),
                        stored.steps().stream().map(StoredStep::step).toList()),
                payloads);
    }
}
