package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Spread;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// All rounds of one contestant with one workload.
///
/// @param turns at least one, in the order of the rounds
record Row(String contestant, Workload workload, List<Turn> turns) {

    private static final double MICROS = 1e3;

    Row {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException(contestant + " has no turn with " + workload);
        }
    }

    Spread perSecond() {
        return spread(turn -> turn.pairs().perSecond());
    }

    Spread fairness() {
        return spread(turn -> turn.pairs().fairness());
    }

    /// Of all rounds together.
    double latencyMillis(double percentile) {
        var all = new Histogram(3);
        turns.forEach(turn -> all.add(turn.pairs().latencies()));
        return all.getValueAtPercentile(percentile) / MICROS;
    }

    /// CPU seconds for a thousand pairs.
    double clientCpu() {
        return perThousand(Turn::clientCpu);
    }

    double serverCpu() {
        return perThousand(Turn::serverCpu);
    }

    /// How many times another's, within each round.
    Spread perSecondOf(Row other) {
        return Spread.ofRatios(
                values(turn -> turn.pairs().perSecond()),
                other.values(turn -> turn.pairs().perSecond()));
    }

    /// How many times another's median latency is this one's, within each round.
    Spread medianLatencyOf(Row other) {
        return Spread.ofRatios(values(Row::medianLatency), other.values(Row::medianLatency));
    }

    private static double medianLatency(Turn turn) {
        return turn.pairs().latencies().getValueAtPercentile(50);
    }

    private double perThousand(Function<Turn, Duration> cpu) {
        return spread(turn -> cpu.apply(turn).toNanos()
                        / 1e9
                        / Math.max(1, turn.pairs().total())
                        * 1_000)
                .median();
    }

    private Spread spread(ToDoubleFunction<Turn> figure) {
        return Spread.of(values(figure));
    }

    private List<Double> values(ToDoubleFunction<Turn> figure) {
        return turns.stream().map(figure::applyAsDouble).toList();
    }
}
