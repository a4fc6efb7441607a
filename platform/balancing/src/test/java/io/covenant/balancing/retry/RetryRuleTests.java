package io.covenant.balancing.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.balancing.retry.RetryRule.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryRuleTests {

    private static final Duration TIME = Duration.ofSeconds(3);

    private final RetryRule rule = RetryRule.DEFAULTS;
    private final RetryBudget budget = RetryBudget.standard();

    @Test
    void triesAgainWhatWasNotSentWhateverItIs() {
        assertThat(rule.after(1, Progress.NOTHING_SENT, false, TIME, 0.5, budget, 0))
                .isEqualTo(new Verdict.Again(Duration.ofNanos(2_500_000)));
    }

    @Test
    void triesAgainWhatWasSentOnlyIfItDoesNoHarm() {
        assertThat(rule.after(1, Progress.SENT, true, TIME, 0, budget, 0)).isEqualTo(new Verdict.Again(Duration.ZERO));
        assertThat(rule.after(1, Progress.SENT, false, TIME, 0, budget, 0))
                .isEqualTo(new Verdict.Enough("it may have been done, and must not be done twice"));
    }

    @Test
    void neverTriesAgainAfterTheFirstByteOfTheAnswer() {
        assertThat(rule.after(1, Progress.ANSWER_BEGUN, true, TIME, 0, budget, 0))
                .isEqualTo(new Verdict.Enough("part of the answer was sent already"));
    }

    @Test
    void endsAtTheMostTriesAtTheDeadlineAndAtTheBudget() {
        assertThat(rule.after(3, Progress.SENT, true, TIME, 0, budget, 0))
                .isEqualTo(new Verdict.Enough("tried 3 times"));
        assertThat(rule.after(2, Progress.SENT, true, Duration.ofMillis(5), 0.9, budget, 0))
                .isEqualTo(new Verdict.Enough("no time is left"));
        var spent = new RetryBudget(0, 0, Duration.ofSeconds(1));
        assertThat(rule.after(1, Progress.SENT, true, TIME, 0, spent, 0))
                .isEqualTo(new Verdict.Enough("the retry budget is spent"));
    }

    @Test
    void pausesLongerEachTimeUntilTheLongest() {
        var patient = new RetryRule(100, Duration.ofMillis(10), Duration.ofMillis(100));
        assertThat(pause(patient, 2)).isEqualTo(Duration.ofMillis(15));
        assertThat(pause(patient, 60)).isEqualTo(Duration.ofMillis(75));
    }

    private Duration pause(RetryRule patient, int tries) {
        return patient.after(tries, Progress.SENT, true, TIME, 0.75, budget, 0) instanceof Verdict.Again(var pause)
                ? pause
                : Duration.ofDays(1);
    }
}
