package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.coordinator.Plans;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.SagaJournal.Begun;
import io.covenant.coordinator.transaction.SagaJournal.Note;
import io.covenant.coordinator.transaction.SagaJournal.Proposal;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.RetryPolicy;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every journal of sagas promises.
abstract class SagaJournalContractTests {

    private static final AtomicLong ATTEMPTS = new AtomicLong(7000);

    final Incarnation me = Incarnation.of("coordinator-1");
    final Incarnation peer = Incarnation.of("coordinator-2");

    final TransactionPlan plan = Plans.saga(
            Duration.ofSeconds(3),
            Plans.step("a").retried(RetryPolicy.standard()),
            Plans.step("b", "a"),
            Plans.pivot("c", "b").asPivot());

    abstract TransactionStore store();

    SagaJournal journal() {
        return store().sagas();
    }

    @Test
    void keepsTheWholeSaga() {
        var begin = begun();

        var entry = journal().read(begin.id()).orElseThrow();

        assertThat(entry.stored().begin()).isEqualTo(begin);
        assertThat(entry.stored().decision()).isNull();
        assertThat(entry.plan().saga()).isEqualTo(plan.saga().orElseThrow());
        assertThat(entry.plan().payload("b")).hasToString("{\"step\":\"b\"}");
        assertThat(store().find(begin.id()))
                .get()
                .extracting(StoredTransaction::begin)
                .isEqualTo(begin);
    }

    @Test
    void keepsTheFirstBeginOfATransactionAndTakesItTwiceForOne() {
        var first = begun();
        var second = begin(peer, first.id());

        assertThat(journal().begin(first, saga()).join()).isEqualTo(new Begun.Stored());
        assertThat(journal().begin(second, saga()).join()).isEqualTo(new Begun.Taken(first.attempt()));
    }

    @Test
    void beginsNothingThatIsDecidedAlready() {
        var begin = begin(me, Plans.id());
        var tombstone = store().decide(TransactionStore.Proposal.tombstone(begin.id(), new Attempt(0), now()))
                .join();

        assertThat(journal().begin(begin, saga()).join()).isEqualTo(new Begun.Entombed(tombstone));
        assertThat(store().find(begin.id())).isEmpty();
    }

    @Test
    void letsNobodyButTheOwnerDecide() {
        var begin = begun();

        assertThatThrownBy(() -> store().decide(TransactionStore.Proposal.tombstone(begin.id(), new Attempt(0), now()))
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StoreUnavailableException.class);

        assertThat(store().register(begin.id())).isEmpty();
    }

    @Test
    void keepsTheFirstDecisionWithTheStepsToCompensate() {
        var begin = begun();
        var abort = proposal(begin, Decision.ABORT, Map.of("a", "orders"));

        var won = journal().decide(abort).join();
        var again = journal().decide(proposal(begin, Decision.COMMIT, Map.of())).join();

        assertThat(won).hasValue(abort.won());
        assertThat(again).isEqualTo(won);
        assertThat(journal().read(begin.id()).orElseThrow().stored().register()).isEqualTo(won);
    }

    @Test
    void takesNoDecisionOfAnOwnerWhoseEpochIsOver() {
        var begin = begun();
        var taken = claim(begin);

        assertThat(taken.begin().epoch()).isEqualTo(2);
        assertThat(journal().decide(proposal(begin, Decision.ABORT, Map.of())).join())
                .isEmpty();
        assertThat(store().register(begin.id())).isEmpty();
        var own = proposal(taken.begin(), Decision.COMMIT, Map.of());
        assertThat(journal().decide(own).join()).hasValue(own.won());
    }

    @Test
    void takesNoDecisionOfAnIncarnationThatOnlyGuessesTheEpoch() {
        var begin = begun();
        var stranger = begin(peer, begin.id());

        assertThat(journal()
                        .decide(new Proposal(
                                begin.id(),
                                begin.attempt(),
                                stranger.owner(),
                                1,
                                Decision.ABORT,
                                new TreeMap<>(),
                                now()))
                        .join())
                .isEmpty();
    }

    @Test
    void notesWhatTheOwnerOfTheEpochSays() {
        var begin = begun();

        assertThat(journal().note(note(begin, null, null, BranchState.DONE)).join())
                .isTrue();
        var taken = claim(begin);
        assertThat(taken.branches()).extracting(BranchStatus::state).containsExactly(BranchState.DONE);

        assertThat(journal().note(note(begin, null, null, BranchState.UNDONE)).join())
                .isFalse();
        assertThat(store().find(begin.id()).orElseThrow().branches())
                .extracting(BranchStatus::state)
                .containsExactly(BranchState.DONE);
    }

    @Test
    void endsOnceAndLeavesNothingToTakeOver() {
        var begin = begun();
        journal().decide(proposal(begin, Decision.COMMIT, Map.of())).join();
        assertThat(View.of(store().find(begin.id()).orElseThrow()))
                .satisfies(shown -> assertThat(shown.outcome()).isNull())
                .satisfies(shown -> assertThat(shown.state()).isEqualTo(State.EXECUTING));

        assertThat(journal()
                        .note(note(begin, Decision.COMMIT, now(), BranchState.DONE))
                        .join())
                .isTrue();

        assertThat(View.of(store().find(begin.id()).orElseThrow()).state()).isEqualTo(State.COMMITTED);
        assertThat(journal()
                        .note(note(begin, Decision.COMMIT, now(), BranchState.DONE))
                        .join())
                .isFalse();
        assertThat(store().claim(peer, false, 100))
                .extracting(one -> one.begin().id())
                .doesNotContain(begin.id());
    }

    @Test
    void withdrawsWhatNoStepHasHeardOf() {
        var begin = begun();

        assertThat(journal().withdraw(begin).join()).isTrue();

        assertThat(journal().read(begin.id())).isEmpty();
    }

    @Test
    void forgetsSagasAsAllElse() {
        var begin = begun();
        journal().decide(proposal(begin, Decision.ABORT, Map.of("a", "orders"))).join();
        journal()
                .note(note(begin, Decision.ABORT, begin.createdAt(), BranchState.UNDONE))
                .join();

        assertThat(store().purge(begin.createdAt().plusSeconds(60), 100)).isPositive();

        assertThat(journal().read(begin.id())).isEmpty();
        assertThat(store().register(begin.id())).isEmpty();
    }

    // ---- small change

    SagaPlan saga() {
        return SagaPlan.of(plan);
    }

    Begin begun() {
        var begin = begin(me, Plans.id());
        assertThat(journal().begin(begin, saga()).join()).isEqualTo(new Begun.Stored());
        return begin;
    }

    Begin begin(Incarnation owner, TransactionId id) {
        var now = now();
        return new Begin(
                id,
                new Attempt(ATTEMPTS.incrementAndGet()),
                plan.name(),
                CommitProtocol.SAGA,
                plan.digest(),
                plan.branches().stream()
                        .map(branch -> new Begin.BranchSpec(branch.name(), branch.service(), branch.operation()))
                        .toList(),
                now,
                now.plusSeconds(3),
                owner,
                1);
    }

    StoredTransaction claim(Begin begin) {
        return store().claim(peer, false, 1000).stream()
                .filter(one -> one.begin().id().equals(begin.id()))
                .findFirst()
                .orElseThrow();
    }

    static Proposal proposal(Begin begin, Decision decision, Map<String, String> steps) {
        return new Proposal(
                begin.id(), begin.attempt(), begin.owner(), begin.epoch(), decision, new TreeMap<>(steps), now());
    }

    static Note note(Begin begin, @Nullable Decision decision, @Nullable Instant finishedAt, BranchState state) {
        return new Note(
                begin.id(),
                begin.attempt(),
                begin.owner(),
                begin.epoch(),
                decision,
                List.of(new BranchStatus("a", null, null, state, null, null)),
                List.of(new Timeline.Entry(7, Timeline.Event.DONE, "a", null)),
                Optional.ofNullable(decision).map(_ -> begin.createdAt()).orElse(null),
                finishedAt);
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }
}
