package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.measure.Spread;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// All rounds of one contestant with one workload.
///
/// @param turns at least one, in the order of the rounds
record Row(String contestant, Workload workload, List<Turn> turns) {

    Row {
        turns = List.copyOf(turns);
        if (turns.isEmpty()) {
            throw new IllegalArgumentException(contestant + " has no turn with " + workload);
        }
    }

    Spread cpuMicros() {
        return Spread.of(values(Turn::cpuMicros));
    }

    Spread loadCpuMicros() {
        return Spread.of(values(Turn::loadCpuMicros));
    }

    Spread perSecond() {
        return Spread.of(values(turn -> turn.answers().perSecond()));
    }

    /// Of the rounds' percentiles.
    Spread latencyMillis(double percentile) {
        return Spread.of(values(turn -> turn.answers().latencyMillis(percentile)));
    }

    long bad() {
        return turns.stream().mapToLong(turn -> turn.answers().bad()).sum();
    }

    /// How many times another's, within each round.
    Spread cpuOf(Row other) {
        return Spread.ofRatios(values(Turn::cpuMicros), other.values(Turn::cpuMicros));
    }

    Spread latencyOf(Row other, double percentile) {
        return Spread.ofRatios(
                values(turn -> turn.answers().latencyMillis(percentile)),
                other.values(turn -> turn.answers().latencyMillis(percentile)));
    }

    private List<Double> values(ToDoubleFunction<Turn> figure) {
        return turns.stream().map(figure::applyAsDouble).toList();
    }
}
