package io.covenant.benchmarks.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.benchmarks.measure.Machine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FailOverReportTests {

    @Test
    void tellsHowLongItTookAndWhatWasLost() {
        Stream<FailOver> killed =
                IntStream.rangeClosed(1, 30).mapToObj(i -> new FailOver(true, "lock-1", i * 100_000L, 0, 0));
        Stream<FailOver> stopped = Stream.of(new FailOver(false, "lock-2", 300_000, 1, 2));
        FailOverReport report = report(Stream.concat(killed, stopped).toList());

        assertThat(report.markdown())
                .contains(
                        "| killed (SIGKILL)  |   30 |   1500 |   2700 |   3000 |    3000 |             0 |          0 |")
                .contains("| stopped (SIGTERM) |    1 |    300 |")
                .contains("reached killed: p50, ms: 1500.00", "MISSED  stopped: the longest, ms: 300.00")
                .contains("MISSED  sessions and locks lost: 3.00, to be at most 0.00");
        assertThat(report.json()).contains("\"node\" : \"lock-2\"");
    }

    private static FailOverReport report(List<FailOver> runs) {
        return new FailOverReport(
                Instant.EPOCH,
                new Machine("a processor", 2, 4_096, "Linux", "a JVM", List.of(), Duration.ofNanos(100_000)),
                "abc",
                "-Xmx256m",
                8,
                20,
                1_000,
                2,
                runs);
    }
}
