package io.covenant.benchmarks.locks;

import io.covenant.benchmarks.measure.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;

final class Samples {

    static final Workload OWN = new Workload(Workload.Kind.OWN, 64);
    static final Workload ALONE = new Workload(Workload.Kind.OWN, 1);
    static final Workload HOT = new Workload(Workload.Kind.HOT, 8);

    private Samples() {}

    /// Of a turn of one second.
    static Pairs pairs(long micros, long... counts) {
        var latencies = new Histogram(3);
        latencies.recordValueWithCount(micros, LongStream.of(counts).sum());
        return new Pairs(
                LongStream.of(counts).boxed().toList(), 0, 0, Duration.ofSeconds(1), latencies, Optional.empty());
    }

    static Turn turn(String contestant, Workload workload, int round, long micros, long... counts) {
        return new Turn(
                contestant, workload, round, pairs(micros, counts), Duration.ofMillis(200), Duration.ofMillis(400));
    }

    static Turn wrong(String contestant) {
        Pairs right = pairs(1_000, 9_000);
        var pairs = new Pairs(right.counts(), 0, 3, right.elapsed(), right.latencies(), Optional.empty());
        return new Turn(contestant, HOT, 0, pairs, Duration.ZERO, Duration.ZERO);
    }

    static Report report(List<Turn> turns) {
        var contestants = new LinkedHashMap<String, Report.Contestant>();
        turns.forEach(
                turn -> contestants.put(turn.contestant(), new Report.Contestant("what it is", Durability.MAJORITY)));
        return new Report(
                Instant.EPOCH,
                new Machine("a processor", 2, 4_096, "Linux", "a JVM", List.of(), Duration.ofNanos(100_000)),
                "abc",
                new Options(
                        List.copyOf(contestants.keySet()),
                        List.of(ALONE, OWN, HOT),
                        1,
                        Duration.ofSeconds(1),
                        0,
                        Duration.ZERO,
                        1_000,
                        Duration.ZERO),
                contestants,
                List.of("redis is left out"),
                "-Xmx256m",
                1,
                2,
                turns,
                List.of(new Idle("covenant", 1_000, Duration.ofMillis(40), Duration.ofMillis(10), 2_048, 900, 1_000)));
    }
}
