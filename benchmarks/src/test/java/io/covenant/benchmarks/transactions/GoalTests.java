package io.covenant.benchmarks.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GoalTests {

    @Test
    void areReachedByFewForcedWritesAndEnoughThroughput() {
        assertThat(goals(900, 0.25, 0)).hasSize(6).allMatch(Goal::isReached);
    }

    @Test
    void areMissedByTooLittleThroughput() {
        assertThat(goals(800, 0.25, 0))
                .filteredOn(goal -> !goal.isReached())
                .singleElement()
                .hasToString(
                        "MISSED  in-process: throughput as a part of the floor's at c=32: 0.80, to be at least 0.85");
    }

    @Test
    void areMissedByAForcedWriteTooMany() {
        assertThat(goals(900, 0.4, 1)).filteredOn(goal -> !goal.isReached()).hasSize(2);
    }

    @Test
    void tellNothingOfWhatWasNotMeasured() {
        List<Turn> floor = List.of(Samples.turn(HandWritten.NAME, 8, 0, 1_000, 1));

        assertThat(Goal.of(List.of(Row.of(floor, floor)), List.of())).isEmpty();
    }

    private static List<Goal> goals(long ofAThousand, double writesAt32, double writesOfRefusals) {
        List<Turn> floor = List.of(Samples.turn(HandWritten.NAME, 32, 0, 1_000, 1));
        List<Turn> ours = List.of(Samples.turn(InProcess.NAME, 32, 0, ofAThousand, writesAt32));
        List<Turn> alone = List.of(Samples.turn(InProcess.NAME, 1, 0, 100, 1));
        List<Turn> http = List.of(Samples.turn(OverHttp.NAME, 32, 0, 500, 0.2));
        return Goal.of(
                List.of(Row.of(floor, floor), Row.of(ours, floor), Row.of(alone, alone), Row.of(http, floor)),
                List.of(Samples.refusals(InProcess.NAME, 100, writesOfRefusals)));
    }
}
