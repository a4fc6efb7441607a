package io.covenant.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoalTests {

    @Test
    void isReachedByWhatIsJustEnough() {
        assertThat(Goal.atLeast(0.9, "throughput", 0.9).isReached()).isTrue();
        assertThat(Goal.atMost(0.15, "forced writes", 0.15).isReached()).isTrue();
    }

    @Test
    void isMissedByLessOrMore() {
        assertThat(Goal.atLeast(0.9, "throughput", 0.89)).hasToString("MISSED  throughput: 0.89, to be at least 0.90");
        assertThat(Goal.atMost(0.15, "forced writes", 0.2))
                .hasToString("MISSED  forced writes: 0.20, to be at most 0.15");
    }
}
