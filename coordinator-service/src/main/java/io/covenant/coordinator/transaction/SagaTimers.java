package io.covenant.coordinator.transaction;

import io.covenant.transactions.saga.RetryPolicy.Backoff;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// What one saga waits for on the clock: its deadline, and for each step the next attempt and the end of the time that
/// it may take. Guarded by the lock of the saga's [ProtocolLoop].
final class SagaTimers {

    private record Retry(Future<?> future, long at) {}

    private final Surroundings around;
    private final Map<String, Retry> retries = new HashMap<>();
    private final Map<String, Future<?>> watches = new HashMap<>();
    private final Map<StepCall, Future<?>> held = new HashMap<>(0);
    private @Nullable Future<?> alarm;

    SagaTimers(Surroundings around) {
        this.around = around;
    }

    void alarm(Duration after, Runnable task) {
        cancel(alarm);
        alarm = around.later(after, task);
    }

    /// Draws the delay evenly, so that those who failed together do not come back together.
    void retry(String step, Backoff delay, Runnable task) {
        long least = delay.least().toNanos();
        long pause = least + around.retries().random().nextLong(delay.most().toNanos() - least + 1);
        var before = retries.put(
                step,
                new Retry(
                        around.later(Duration.ofNanos(pause), task),
                        around.nanoTime().getAsLong() + pause));
        if (before != null) {
            cancel(before.future());
        }
    }

    void watch(String step, Duration within, Runnable task) {
        cancel(watches.put(step, around.later(within, task)));
    }

    /// Keeps a call back.
    void hold(StepCall call, Duration pause, Runnable task) {
        held.put(call, around.later(pause, task));
    }

    void done(String step) {
        cancel(watches.remove(step));
        var retry = retries.remove(step);
        if (retry != null) {
            cancel(retry.future());
        }
    }

    void cancel() {
        cancel(alarm);
        retries.values().forEach(retry -> cancel(retry.future()));
        retries.clear();
        watches.values().forEach(SagaTimers::cancel);
        watches.clear();
        held.values().forEach(SagaTimers::cancel);
        held.clear();
    }

    private static void cancel(@Nullable Future<?> future) {
        if (future != null) {
            future.cancel(false);
        }
    }

    /// The steps that wait for their next attempt.
    List<String> awaited() {
        return retries.entrySet().stream()
                .filter(retry -> !retry.getValue().future().isDone())
                .map(Map.Entry::getKey)
                .toList();
    }

    Optional<Duration> nextRetry() {
        long now = around.nanoTime().getAsLong();
        return retries.values().stream()
                .filter(retry -> !retry.future().isDone())
                .map(retry -> Duration.ofNanos(Math.max(0, retry.at() - now)))
                .min(Duration::compareTo);
    }
}
