package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Load;
import io.covenant.coordinator.transaction.CommitProtocol;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// Turns that were never taken.
final class Samples {

    static final String OURS = InProcess.name(CommitProtocol.TWO_PHASE);
    static final String HTTP = OverHttp.name(CommitProtocol.TWO_PHASE);

    private Samples() {}

    /// One of ten seconds with 2 + 2 + `coordinatorWrites` forced writes and three milliseconds of CPU time per order.
    static Turn turn(String contestant, int concurrency, int round, long committed, double coordinatorWrites) {
        var latencies = new Histogram(3);
        latencies.recordValueWithCount(2_000, committed);
        var load = new Load(committed, 0, 0, Duration.ofSeconds(10), latencies, Optional.empty());
        return new Turn(
                contestant,
                concurrency,
                round,
                load,
                counters(committed, "benchmark", 1.0, "postgres orders", 2.0),
                500,
                committed,
                0,
                counters(committed, "orders", 2.0, "inventory", 2.0, "coordinator", coordinatorWrites),
                List.of());
    }

    static Turn refusals(String contestant, long refused, double coordinatorWrites) {
        var load = new Load(0, refused, 0, Duration.ofSeconds(1), new Histogram(3), Optional.empty());
        return new Turn(
                contestant,
                1,
                0,
                load,
                counters(refused, "benchmark", 1.0),
                0,
                0,
                refused,
                counters(refused, "orders", 2.0, "inventory", 0.0, "coordinator", coordinatorWrites),
                List.of());
    }

    static Turn wrong(Turn turn, String violation) {
        return new Turn(
                turn.contestant(),
                turn.concurrency(),
                turn.round(),
                turn.load(),
                turn.cpuMillis(),
                turn.cpuMillisOfOthers(),
                turn.committed(),
                turn.refused(),
                turn.forcedWrites(),
                List.of(violation));
    }

    private static Counters counters(long pieces, Object... eachByName) {
        var values = new LinkedHashMap<String, Double>();
        for (int i = 0; i < eachByName.length; i += 2) {
            values.put((String) eachByName[i], (Double) eachByName[i + 1] * pieces);
        }
        return new Counters(values);
    }
}
