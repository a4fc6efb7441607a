package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Spread;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;

/// What one contestant did at one concurrency, over all rounds.
///
/// @param throughput committed orders per second
/// @param toReference the throughput as a part of what the reference did in the same round
/// @param latencies of all committed orders, in microseconds
/// @param forcedWrites of each server, and of the contestant's own logs, per committed order
/// @param cpuMillis of each process per committed order
/// @param busyCores how many cores all processes together kept busy
/// @param coresOfOthers how many cores those kept busy whose turn it was not
record Row(
        String contestant,
        int concurrency,
        int rounds,
        long committed,
        long refused,
        Spread throughput,
        Spread toReference,
        Histogram latencies,
        Counters forcedWrites,
        Counters cpuMillis,
        double busyCores,
        double coresOfOthers) {

    /// @param own of one contestant at one concurrency
    /// @param references of the contestant that is compared with, at the same concurrency
    static Row of(List<Turn> own, List<Turn> references) {
        Turn any = own.getFirst();
        var latencies = new Histogram(any.load().latencies().getNumberOfSignificantValueDigits());
        own.forEach(turn -> latencies.add(turn.load().latencies()));
        long committed = own.stream().mapToLong(turn -> turn.load().committed()).sum();
        Counters cpuMillis =
                own.stream().map(Turn::cpuMillis).reduce(Counters::plus).orElseThrow();
        double millis = own.stream()
                .mapToDouble(turn -> turn.load().elapsed().toNanos() / 1e6)
                .sum();
        return new Row(
                any.contestant(),
                any.concurrency(),
                own.size(),
                committed,
                own.stream().mapToLong(turn -> turn.load().refused()).sum(),
                Spread.of(throughputs(own)),
                Spread.ofRatios(throughputs(own), throughputs(references)),
                latencies,
                own.stream()
                        .map(Turn::forcedWrites)
                        .reduce(Counters::plus)
                        .orElseThrow()
                        .per(own.stream().mapToLong(Turn::committed).sum()),
                cpuMillis.per(committed),
                cpuMillis.sum() / millis,
                own.stream().mapToDouble(Turn::cpuMillisOfOthers).sum() / millis);
    }

    private static List<Double> throughputs(List<Turn> turns) {
        return turns.stream()
                .sorted(Comparator.comparingInt(Turn::round))
                .map(turn -> turn.load().throughput())
                .toList();
    }

    double latencyMillis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
