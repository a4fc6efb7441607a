package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.Attempt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PaxosAttemptsTests {

    private final Random random = new Random(1);

    @Test
    void tellsItsOwnAttemptsFromThoseOfOtherProtocols() {
        for (var tries = 0; tries < 1000; tries++) {
            assertThat(PaxosAttempts.isOne(PaxosAttempts.of(random.nextLong(), "body")))
                    .isTrue();
            assertThat(PaxosAttempts.isOne(new Attempt(random.nextLong() >>> 1)))
                    .isFalse();
        }
    }

    @Test
    void tellsARepetitionFromAnotherRequest() {
        var attempt = PaxosAttempts.of(random.nextLong(), "body");

        assertThat(PaxosAttempts.isOf(attempt, "body")).isTrue();
        assertThat(PaxosAttempts.isOf(attempt, "another body")).isFalse();
    }

    @Test
    void neverDrawsTheSameForTwoExecutionsOfOneRequest() {
        assertThat(PaxosAttempts.of(random.nextLong(), "body"))
                .isNotEqualTo(PaxosAttempts.of(random.nextLong(), "body"));
    }
}
