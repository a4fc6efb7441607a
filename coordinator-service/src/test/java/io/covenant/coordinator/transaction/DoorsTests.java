package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DoorsTests {

    private static final OutcomeReply LATER = new OutcomeReply(Outcome.UNDECIDED, 700L);
    private static final OutcomeReply ABORTED = new OutcomeReply(Outcome.ABORTED, null);

    private final TransactionId id = new TransactionId(UUID.randomUUID());
    private final InMemoryTransactionStore store = new InMemoryTransactionStore();
    private final WithoutMajority quorum = new WithoutMajority();
    private final Transactions stored = new Transactions(
            store,
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

    @Test
    void runsWhatNeedsNoDatabaseWhileItIsAway() {
        assertThat(doors.running())
                .containsExactly(
                        CommitProtocol.TWO_PHASE, CommitProtocol.THREE_PHASE, CommitProtocol.TCC, CommitProtocol.SAGA);

        quorum.takesPart = true;
        store.fail(1000);

        assertThat(doors.running()).containsExactly(CommitProtocol.PAXOS_COMMIT);
    }

    @Test
    void listsWhatIsStoredAndWhatIsNotInOneOrder() {
        long now = (System.currentTimeMillis() << 16) | 0x7000;
        var first = new TransactionId(new UUID(now, 1));
        var second = new TransactionId(new UUID(now, 2));
        var third = new TransactionId(new UUID(now, 3));
        stored.run(Plans.order(first, Duration.ofSeconds(20), "orders"));
        stored.run(Plans.order(third, Duration.ofSeconds(20), "orders"));
        var unstored = stored.find(first).orElseThrow();
        quorum.recent = List.of(new TransactionResource(
                second.value(),
                unstored.name(),
                "PAXOS_COMMIT",
                unstored.state(),
                Outcome.COMMITTED,
                null,
                unstored.deadline(),
                unstored.owner(),
                unstored.attempt(),
                unstored.branches(),
                unstored.timeline(),
                unstored.createdAt(),
                unstored.decidedAt(),
                unstored.finishedAt()));

        assertThat(doors.list(new TransactionQuery(null, null, null, 2)))
                .extracting(TransactionResource::id)
                .containsExactly(third.value(), second.value());
        assertThat(doors.list(new TransactionQuery(null, null, second, 2)))
                .extracting(TransactionResource::id)
                .containsExactly(first.value());
        assertThat(doors.list(new TransactionQuery(TransactionResource.State.ABORTED, null, null, 2)))
                .isEmpty();
    }

    @Test
    void asksTheOthersOnceForAllStates() {
        assertThat(doors.list(EnumSet.allOf(TransactionResource.State.class), Instant.now(), 10))
                .isEmpty();

        assertThat(quorum.asked).isEqualTo(1);
    }

    @Test
    void refusesToListAPartForTheWhole() {
        store.failToList();

        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> doors.list(new TransactionQuery(null, null, null, 2)));
    }

    /// Too few coordinators answer.
    private static final class WithoutMajority implements QuorumTransactions {

        private boolean knows;
        private boolean takesPart;
        private List<TransactionResource> recent = List.of();
        private int asked;

        @Override
        public boolean takesPart() {
            return takesPart;
        }

        @Override
        public RunAnswer run(TransactionPlan plan) {
            return new RunAnswer.OutOfSight();
        }

        @Override
        public Optional<TransactionResource> find(TransactionId id) {
            return Optional.empty();
        }

        @Override
        public List<TransactionResource> recent() {
            asked++;
            return recent;
        }

        @Override
        public int inDoubt() {
            return 0;
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
        public boolean settle(TransactionId id, Map<String, Heuristic> words) {
            return false;
        }

        @Override
        public boolean retryNow(TransactionId id) {
            return false;
        }
    }
}
