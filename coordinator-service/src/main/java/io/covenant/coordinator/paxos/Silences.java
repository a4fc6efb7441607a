package io.covenant.coordinator.paxos;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/// Services that did not answer. Each is left in peace for a while, longer every time, however many transactions have
/// something to tell it.
final class Silences {

    private record Silence(Duration pause, long until) {}

    private final Duration first;
    private final Duration longest;
    private final UnaryOperator<Duration> jittered;
    private final LongSupplier nanoTime;
    private final Map<String, Silence> silences = new ConcurrentHashMap<>();

    /// @param jittered keeps coordinators from asking at the same time
    Silences(Duration first, Duration longest, UnaryOperator<Duration> jittered, LongSupplier nanoTime) {
        this.first = first;
        this.longest = longest;
        this.jittered = jittered;
        this.nanoTime = nanoTime;
    }

    /// Whether this service is to be left in peace.
    boolean leaveInPeace(String service) {
        return left(service).isPositive();
    }

    /// For how long this service is still to be left in peace.
    Duration left(String service) {
        var silence = silences.get(service);
        return silence == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, silence.until() - nanoTime.getAsLong()));
    }

    void unanswered(String service) {
        silences.compute(service, (_, before) -> {
            var pause = before == null ? first : shorter(before.pause().multipliedBy(2));
            return new Silence(
                    pause, nanoTime.getAsLong() + jittered.apply(pause).toNanos());
        });
    }

    /// It has answered, or somebody wants it to be asked at once.
    void end(String service) {
        silences.remove(service);
    }

    private Duration shorter(Duration pause) {
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
