package io.covenant.benchmarks.locks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTests {

    @Test
    void tellsFiguresAndGoals() {
        Report report = Samples.report(List.of(
                Samples.turn(OurClient.NAME, Samples.ALONE, 0, 900, 1_000),
                Samples.turn(Etcd.NAME, Samples.ALONE, 0, 1_800, 500),
                Samples.turn(OurClient.NAME, Samples.OWN, 0, 2_000, 4_000),
                Samples.turn(Etcd.NAME, Samples.OWN, 0, 9_000, 1_000),
                Samples.turn(OurClient.NAME, Samples.HOT, 0, 2_000, 200, 100),
                Samples.turn(Etcd.NAME, Samples.HOT, 0, 9_000, 100, 100)));

        assertThat(report.markdown())
                .contains("|    4000 |   2.00 |")
                .contains("redis is left out", "No two were ever inside", "A: on the disks of 2 of 3 nodes")
                .contains("reached covenant: pairs/s as a multiple of etcd's, own 64: 4.00, to be at least 3.00")
                .contains("MISSED  covenant: pairs/s as a multiple of etcd's, hot 8: 1.50, to be at least 4.00")
                .contains("reached covenant: p50 of a pair as a part of etcd's, own 1: 0.50, to be at most 1.00")
                .doesNotContain("zookeeper");
        assertThat(Figures.json(report)).contains("\"pairs\" : [ 200, 100 ]", "\"idle\"");
    }

    @Test
    void countsCpuPerThousandPairsAndTheLeastShare() {
        var row = new Row("x", Samples.HOT, List.of(Samples.turn("x", Samples.HOT, 0, 1_000, 300, 100)));

        assertThat(row.serverCpu()).isEqualTo(1.0);
        assertThat(row.clientCpu()).isEqualTo(0.5);
        assertThat(row.fairness().median()).isEqualTo(1 / 3.0);
        assertThat(row.latencyMillis(50)).isEqualTo(1.0);
    }

    @Test
    void givesNoFiguresToLocksThatLetTwoIn() {
        Report report = Samples.report(
                List.of(Samples.wrong("fast"), Samples.turn(OurClient.NAME, Samples.HOT, 0, 2_000, 200)));

        assertThat(report.rows()).extracting(Row::contestant).containsExactly(OurClient.NAME);
        assertThat(report.markdown()).contains("**WRONG, hence without figures:** fast, hot 8, round 1: 3 times");
    }
}
