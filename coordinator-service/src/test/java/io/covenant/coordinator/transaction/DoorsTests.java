package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoorsTests {

    private static final OutcomeReply LATER = new OutcomeReply(Outcome.UNDECIDED, 700L);
    private static final OutcomeReply ABORTED = new OutcomeReply(Outcome.ABORTED, null);

    private final TransactionId id = new TransactionId(UUID.randomUUID());
    private final WithoutMajority quorum = new WithoutMajority();
    private final Transactions stored = new Transactions(
            new InMemoryTransactionStore(),
            new ModelParticipants("orders"),
            Incarnation.of("coordinator-1"),
            TransactionSettings.defaults(),
            TransactionListener.NONE,
            CrashPoints.none(),
            InstantSource.system(),
            System::nanoTime,
            new AtomicInteger(),
            Duration.ofDays(8));
    private final Doors doors = new Doors(stored, Optional.of(quorum));

    @AfterEach
    void close() {
        stored.close();
    }

    @Test
    void aMajorityThatDoesNotAnswerHoldsUpNobodyElsesTransactions() {
        assertThat(doors.outcome(id, Optional.of(CommitProtocol.TWO_PHASE))).contains(ABORTED);
    }

    @Test
    void aMajorityThatDoesNotAnswerDecidesNothingOfItsOwn() {
        assertThat(doors.outcome(id, Optional.of(CommitProtocol.PAXOS_COMMIT))).contains(LATER);
    }

    @Test
    void whoDoesNotSayWhoDecidesWaitsForBoth() {
        assertThat(doors.outcome(id, Optional.empty())).contains(LATER);
    }

    @Test
    void whatTheAcceptorHereHasHeardOfIsTheQuorumsWhateverTheAskerSays() {
        quorum.knows = true;

        assertThat(doors.outcome(id, Optional.of(CommitProtocol.TWO_PHASE))).contains(LATER);
    }

    @Test
    void aCoordinatorWithoutAQuorumDecidesNothingForOne() {
        var alone = new Doors(stored, Optional.empty());

        assertThat(alone.outcome(id, Optional.of(CommitProtocol.PAXOS_COMMIT))
                        .orElseThrow()
                        .outcome())
                .isEqualTo(Outcome.UNDECIDED);
        assertThat(alone.outcome(id, Optional.of(CommitProtocol.SAGA))).contains(ABORTED);
    }

    /// Too few coordinators answer.
    private static final class WithoutMajority implements QuorumTransactions {

        private boolean knows;

        @Override
        public RunAnswer run(TransactionPlan plan) {
            return new RunAnswer.OutOfSight();
        }

        @Override
        public Optional<TransactionResource> find(TransactionId id) {
            return Optional.empty();
        }

        @Override
        public boolean knows(TransactionId id) {
            return knows;
        }

        @Override
        public Inquiry outcome(BranchId branch) {
            return new Inquiry.Undecided(Duration.ofMillis(700));
        }

        @Override
        public Inquiry outcome(TransactionId id) {
            return new Inquiry.Undecided(Duration.ofMillis(700));
        }

        @Override
        public Optional<Pursuit> pursuitOf(TransactionId id) {
            return Optional.empty();
        }

        @Override
        public boolean retryNow(TransactionId id) {
            return false;
        }
    }
}
