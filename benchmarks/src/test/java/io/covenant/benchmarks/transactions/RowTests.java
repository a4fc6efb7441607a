package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.covenant.benchmarks.measure.Spread;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowTests {

    private static final String OURS = Samples.OURS;
    private static final String FLOOR = HandWritten.NAME;

    @Test
    void sumsUpTheRoundsOfOneContestant() {
        List<Turn> floors = List.of(Samples.turn(FLOOR, 8, 0, 1_000, 1), Samples.turn(FLOOR, 8, 1, 100, 1));
        List<Turn> ours = List.of(Samples.turn(OURS, 8, 0, 900, 0.5), Samples.turn(OURS, 8, 1, 90, 0.5));

        Row row = Row.of(ours, floors);

        assertThat(row.throughput()).isEqualTo(new Spread(49.5, 9, 90));
        assertThat(row.committed()).isEqualTo(990);
        assertThat(row.toReference().median()).isCloseTo(0.9, within(1e-9));
        assertThat(row.latencyMillis(99)).isCloseTo(2, within(0.01));
        assertThat(row.forcedWrites().of("coordinator")).isCloseTo(0.5, within(1e-9));
        assertThat(row.cpuMillis().sum()).isCloseTo(3, within(1e-9));
        assertThat(row.coresOfOthers()).isCloseTo(0.05, within(1e-9));
        assertThat(row.busyCores()).isCloseTo(3 * 990 / 20_000.0, within(1e-9));
    }

    @Test
    void pairsTurnsOfOneRoundHoweverTheyWereListed() {
        List<Turn> floors = List.of(Samples.turn(FLOOR, 8, 1, 100, 1), Samples.turn(FLOOR, 8, 0, 1_000, 1));
        List<Turn> ours = List.of(Samples.turn(OURS, 8, 0, 900, 1), Samples.turn(OURS, 8, 1, 90, 1));

        assertThat(Row.of(ours, floors).toReference().max()).isCloseTo(0.9, within(1e-9));
    }
}
