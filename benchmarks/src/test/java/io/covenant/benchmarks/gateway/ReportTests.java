package io.covenant.benchmarks.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTests {

    @Test
    void tellsMediansAndGoals() {
        Report report = Samples.report(
                3,
                List.of(
                        Samples.turn(Contestants.STOCK, Samples.CLOSED, 0, 100, 2_000),
                        Samples.turn(Contestants.STOCK, Samples.CLOSED, 1, 200, 2_000),
                        Samples.turn(Contestants.STOCK, Samples.CLOSED, 2, 160, 2_000),
                        Samples.turn(Contestants.OURS_WITH_ALL, Samples.CLOSED, 0, 80, 2_000),
                        Samples.turn(Contestants.OURS_WITH_ALL, Samples.CLOSED, 1, 120, 2_000),
                        Samples.turn(Contestants.OURS_WITH_ALL, Samples.CLOSED, 2, 150, 2_000),
                        Samples.turn(Contestants.STOCK, Samples.OPEN, 0, 100, 2_000),
                        Samples.turn(Contestants.OURS_WITH_ALL, Samples.OPEN, 0, 100, 3_000)));

        assertThat(report.markdown())
                .contains("| c = 64   |        stock | 160.0 (100.0-200.0) |       1000 |")
                .contains("| 70 %     | covenant-all |               100.0 |       1000 |   3.00 |   3.00 |")
                .contains("nginx is left out", "the proxy on core 0 alone")
                .contains("| stock      |          none |                  4.20 |                8.30 |")
                .contains("| stock      |            70 |                  1.90 |                2.30 |")
                .contains("reached CPU of a request with everything on, as a multiple of stock's, c = 64: 0.80")
                .contains("MISSED  p99 with everything on, as a multiple of stock's, 70 %: 1.50, to be at most 1.00")
                .contains("MISSED  aim beyond: microseconds of CPU of a request, c = 64: 120.00, to be at most 65.00");
        assertThat(Figures.json(report))
                .contains("\"cpuMicros\" : 120.0", "\"memory\"", "\"p999Millis\" : ", "\"cacheMebibytes\" : 70");
    }

    @Test
    void countsTheCpuOfAllRequestsAndSaysWhichFailed() {
        Report report = Samples.report(1, List.of(Samples.turn(Contestants.OURS, Samples.CLOSED, 0, 90, 2_000, 100)));

        assertThat(report.rows().getFirst().cpuMicros().median()).isEqualTo(90);
        assertThat(report.rows().getFirst().perSecond().median()).isEqualTo(900);
        assertThat(report.troubles())
                .containsExactly(
                        "covenant, c = 64, round 1: 100 of 1000 without a good answer, the first: answered with status 502");
    }
}
