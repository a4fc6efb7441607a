package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.http.Answers;
import io.covenant.benchmarks.measure.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

final class Samples {

    static final Workload.Closed CLOSED = new Workload.Closed(64);
    static final Workload OPEN = new Workload.Open(70);

    private Samples() {}

    /// A turn of a second with a thousand requests.
    static Turn turn(String contestant, Workload workload, int round, int cpuMicros, int latencyMicros) {
        return turn(contestant, workload, round, cpuMicros, latencyMicros, 0);
    }

    static Turn turn(String contestant, Workload workload, int round, int cpuMicros, int latencyMicros, int bad) {
        var latencies = new Histogram(3);
        latencies.recordValueWithCount(latencyMicros, 1_000 - bad);
        var answers = new Answers(
                1_000 - bad,
                bad,
                Duration.ofSeconds(1),
                latencies,
                bad == 0 ? Optional.empty() : Optional.of("answered with status 502"));
        return new Turn(contestant, workload, round, answers, Duration.ofMillis(cpuMicros), Duration.ofMillis(20));
    }

    static Report report(int rounds, List<Turn> turns) {
        var contestants = new LinkedHashMap<String, String>();
        turns.forEach(turn -> contestants.put(turn.contestant(), "what it is"));
        return new Report(
                Instant.EPOCH,
                new Machine("a processor", 2, 4_096, "Linux", "a JVM", List.of(), Duration.ofNanos(100_000)),
                "abc",
                new Options(
                        List.copyOf(contestants.keySet()),
                        List.of(CLOSED),
                        List.of(OPEN),
                        rounds,
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        1_000,
                        3),
                contestants,
                List.of("nginx is left out: it is neither on the PATH nor to be had from Debian."),
                List.of("-Xmx256m"),
                new Cores(true),
                1,
                2,
                turns,
                List.of(new Memory(Contestants.STOCK, 1_000, 200 << 10, 300 << 10)),
                List.of(
                        new StartUp(Contestants.STOCK, Duration.ofMillis(4_200), Duration.ofMillis(8_300), 0),
                        new StartUp(Contestants.STOCK, Duration.ofMillis(1_900), Duration.ofMillis(2_300), 70)));
    }
}
