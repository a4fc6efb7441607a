package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.benchmarks.measure.Goal;
import java.util.List;
import org.junit.jupiter.api.Test;

class GoalsTests {

    @Test
    void areReachedByFewForcedWritesAndEnoughThroughput() {
        assertThat(goals(920, 0.12, 0)).hasSize(6).allMatch(Goal::isReached);
    }

    @Test
    void areMissedByTooLittleThroughput() {
        assertThat(goals(850, 0.12, 0))
                .filteredOn(goal -> !goal.isReached())
                .singleElement()
                .hasToString("MISSED  in-process-2pc: throughput as a multiple of that of floor at c=64: 0.85, to be at"
                        + " least 0.90");
    }

    @Test
    void areMissedByAForcedWriteTooMany() {
        assertThat(goals(920, 0.2, 1)).filteredOn(goal -> !goal.isReached()).hasSize(2);
    }

    @Test
    void areMissedBehindAnotherTransactionManager() {
        List<Turn> ours = List.of(Samples.turn(Samples.OURS, 32, 0, 500, 0.2));
        List<Turn> other = List.of(Samples.turn(Narayana.NAME, 32, 0, 510, 0));

        assertThat(Goals.of(List.of(Row.of(ours, ours), Row.of(other, ours)), List.of()))
                .singleElement()
                .satisfies(goal -> assertThat(goal.isReached()).isFalse());
    }

    @Test
    void areThreeTimesTheOrdersOfSeata() {
        List<Turn> ours = List.of(Samples.turn(Samples.HTTP, 32, 0, 600, 0.2));
        List<Turn> same = List.of(Samples.turn("seata-xa", 32, 0, 200, 0));
        List<Turn> more = List.of(Samples.turn("seata-xa", 32, 0, 210, 0));

        assertThat(Goals.of(List.of(Row.of(ours, ours), Row.of(same, ours)), List.of()))
                .singleElement()
                .hasToString("reached http-2pc: throughput as a multiple of that of seata-xa at c=32: 3.00, to be at"
                        + " least 3.00");
        assertThat(Goals.of(List.of(Row.of(ours, ours), Row.of(more, ours)), List.of()))
                .singleElement()
                .satisfies(goal -> assertThat(goal.isReached()).isFalse());
    }

    @Test
    void tellNothingOfWhatWasNotMeasured() {
        List<Turn> floor = List.of(Samples.turn(HandWritten.NAME, 8, 0, 1_000, 1));

        assertThat(Goals.of(List.of(Row.of(floor, floor)), List.of())).isEmpty();
    }

    private static List<Goal> goals(long ofAThousand, double writesAt64, double writesOfRefusals) {
        List<Turn> floor = List.of(Samples.turn(HandWritten.NAME, 64, 0, 1_000, 1));
        List<Turn> ours = List.of(Samples.turn(Samples.OURS, 64, 0, ofAThousand, writesAt64));
        List<Turn> alone = List.of(Samples.turn(Samples.OURS, 1, 0, 100, 1));
        List<Turn> http = List.of(Samples.turn(Samples.HTTP, 64, 0, 500, 0.1));
        List<Turn> narayana = List.of(Samples.turn(Narayana.NAME, 64, 0, 500, 0));
        return Goals.of(
                List.of(
                        Row.of(floor, floor),
                        Row.of(ours, floor),
                        Row.of(alone, alone),
                        Row.of(http, floor),
                        Row.of(narayana, floor)),
                List.of(Samples.refusals(Samples.OURS, 100, writesOfRefusals)));
    }
}
