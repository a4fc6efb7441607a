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
            assertThat(PaxosAttempts.isOne(PaxosAttempts.draw(random, "body"))).isTrue();
            assertThat(PaxosAttempts.isOne(new Attempt(random.nextLong() >>> 1)))
                    .isFalse();
        }
    }

    @Test
    void tellsARepetitionFromAnotherRequest() {
        var attempt = PaxosAttempts.draw(random, "body");

        assertThat(PaxosAttempts.isOf(attempt, "body")).isTrue();
        assertThat(PaxosAttempts.isOf(attempt, "another body")).isFalse();
    }

    @Test
    void neverDrawsTheSameForTwoExecutionsOfOneRequest() {
        assertThat(PaxosAttempts.draw(random, "body")).isNotEqualTo(PaxosAttempts.draw(random, "body"));
    }
}
