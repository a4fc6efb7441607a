package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.twophase.OutcomeInquiry.Answer;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input.Chosen;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OutcomeInquiryTests {

    private static final TransactionId TRANSACTION = new TransactionId(new UUID(0, 1));
    private static final BranchId BRANCH = new BranchId(TRANSACTION, new Attempt(1), "orders");
    private static final BranchId OF_ANOTHER_ATTEMPT = new BranchId(TRANSACTION, new Attempt(2), "orders");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void tellsASealedBranchToCommit() {
        var register = new Chosen(Decision.COMMIT, Set.of(BRANCH));

        assertThat(OutcomeInquiry.answer(BRANCH, Optional.of(register), Optional.empty(), NOW))
                .isEqualTo(new Answer.Decided(Decision.COMMIT));
    }

    @Test
    void tellsABranchThatTheCommitDidNotSealToAbort() {
        var register = new Chosen(Decision.COMMIT, Set.of(OF_ANOTHER_ATTEMPT));

        assertThat(OutcomeInquiry.answer(BRANCH, Optional.of(register), Optional.empty(), NOW))
                .isEqualTo(new Answer.Decided(Decision.ABORT));
    }

    @Test
    void letsTheCoordinatorHaveItsTime() {
        assertThat(OutcomeInquiry.answer(BRANCH, Optional.empty(), Optional.of(NOW.plusMillis(700)), NOW))
                .isEqualTo(new Answer.Undecided(Duration.ofMillis(700)));
    }

    @Test
    void makesAnAbortTrueBeforeItSaysSo() {
        assertThat(OutcomeInquiry.answer(BRANCH, Optional.empty(), Optional.of(NOW), NOW))
                .isEqualTo(new Answer.WriteTombstone());
        assertThat(OutcomeInquiry.answer(BRANCH, Optional.empty(), Optional.empty(), NOW))
                .isEqualTo(new Answer.WriteTombstone());
    }
}
