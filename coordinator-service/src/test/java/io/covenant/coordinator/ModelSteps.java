package io.covenant.coordinator;

import io.covenant.coordinator.transaction.StepCall;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.saga.SagaAnswer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Steps of sagas in memory that keep to the rules of the barrier. Tests bend single answers.
public final class ModelSteps {

    /// What is known of a step.
    public enum Held {
        DONE,
        UNDONE,
        FENCED
    }

    private final Map<BranchId, Held> steps = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<StepCall> asked = new CopyOnWriteArrayList<>();
    private volatile Function<StepCall, @Nullable SagaAnswer> onCall = _ -> null;

    /// Answers in place of the service where the function answers; it may also block.
    public void onCall(Function<StepCall, @Nullable SagaAnswer> answer) {
        onCall = answer;
    }

    SagaAnswer ask(StepCall call) {
        calls.add("%s %s".formatted(call.ask().name().toLowerCase(java.util.Locale.ROOT), call.operation()));
        asked.add(call);
        var bent = onCall.apply(call);
        return bent == null ? askHonestly(call) : bent;
    }

    public SagaAnswer askHonestly(StepCall call) {
        return switch (call.ask()) {
            case ACT ->
                steps.computeIfAbsent(call.step(), _ -> Held.DONE) == Held.DONE
                        ? new SagaAnswer.Succeeded()
                        : new SagaAnswer.Refused(Refusal.of("step-compensated", "It is compensated."));
            case UNDO -> {
                steps.compute(
                        call.step(), (_, held) -> held == Held.DONE ? Held.UNDONE : held == null ? Held.FENCED : held);
                yield new SagaAnswer.Undone();
            }
            case FENCE ->
                steps.computeIfAbsent(call.step(), _ -> Held.FENCED) == Held.DONE
                        ? new SagaAnswer.Succeeded()
                        : new SagaAnswer.Fenced();
        };
    }

    public static SagaAnswer refused(String code) {
        return new SagaAnswer.Refused(new Refusal(code, "For a reason.", Map.of("sku", "A-1")));
    }

    public static SagaAnswer failed() {
        return new SagaAnswer.Failed(Refusal.of("broken", "It broke."));
    }

    /// As `act do-a`, in the order in which they came.
    public List<String> calls() {
        return List.copyOf(calls);
    }

    public List<StepCall> asked() {
        return List.copyOf(asked);
    }

    public long count(String call) {
        return calls.stream().filter(call::equals).count();
    }

    /// What became of the steps, by name.
    public Map<String, Held> held() {
        var held = new java.util.TreeMap<String, Held>();
        steps.forEach((step, what) -> held.put(step.name(), what));
        return held;
    }
}
