package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.threephase.ThreePhaseInquiry.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ThreePhaseInquiryTests {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void tellsADecisionThatIsKnown() {
        assertThat(ThreePhaseInquiry.answer(Standing.NEW.learned(Outcome.ABORT), Optional.of(NOW.plusSeconds(1)), NOW))
                .isEqualTo(new Answer.Decided(Outcome.ABORT));
    }

    @Test
    void letsTheCoordinatorHaveItsTime() {
        assertThat(ThreePhaseInquiry.answer(Standing.NEW, Optional.of(NOW.plusMillis(700)), NOW))
                .isEqualTo(new Answer.Undecided(Duration.ofMillis(700)));
    }

    @Test
    void decidesNothingByItself() {
        var preCommitted =
                Standing.NEW.attempted(Election.FIRST, Outcome.commit(Set.of())).orElseThrow();

        assertThat(ThreePhaseInquiry.answer(preCommitted, Optional.of(NOW), NOW))
                .isEqualTo(new Answer.Terminate());
        assertThat(ThreePhaseInquiry.answer(Standing.NEW, Optional.empty(), NOW))
                .isEqualTo(new Answer.Terminate());
    }
}
