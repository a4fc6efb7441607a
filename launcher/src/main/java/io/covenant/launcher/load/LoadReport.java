package io.covenant.launcher.load;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// What became of a load.
///
/// @param placed orders that were sent
/// @param confirmed orders that were confirmed
/// @param cancelled those among them that were cancelled again
/// @param refused by the rule that refused them
/// @param unknown writes of which it was unknown for a while whether they were done
/// @param longestUnknown the longest such while
/// @param unresolved writes of which it is unknown still
/// @param repeated requests that were sent again because the first one was turned away or lost
/// @param replayed confirmed orders that were sent once more under their key
/// @param wrong answers that contradict another one or the request; there must be none
/// @param took in all
/// @param latencies of writes that were clear at once, sorted, in nanoseconds
public record LoadReport(
        int placed,
        int confirmed,
        int cancelled,
        SortedMap<String, Integer> refused,
        int unknown,
        Duration longestUnknown,
        int unresolved,
        int repeated,
        int replayed,
        List<String> wrong,
        Duration took,
        List<Long> latencies) {

    public LoadReport {
        wrong = List.copyOf(wrong);
        latencies = List.copyOf(latencies);
    }

    /// Whether every answer was right and every question was answered.
    public boolean isClean() {
        return wrong.isEmpty() && unresolved == 0;
    }

    /// How many were refused.
    public int refusals() {
        return refused.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// The latency that this share of the writes did not exceed.
    public Duration latency(double share) {
        return latencies.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(
                        latencies.get((int) Math.min(latencies.size() - 1L, (long) (share * latencies.size()))));
    }

    /// Orders for each second.
    public double perSecond() {
        return placed / Math.max(0.001, took.toMillis() / 1000.0);
    }

    /// The refusals in words.
    public Map<String, Integer> refusedBy() {
        return refused;
    }
}
