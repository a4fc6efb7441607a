package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.Traces;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.coordinator.transaction.TransactionListener.Optimisation;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A transaction with one branch, whose barrier decides.
@Timeout(120)
class OnePhaseDriveTests {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(2);

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final Heard heard = new Heard();
    private final Transactions transactions = coordinator("coordinator-1");
    private final TransactionId id = Plans.idDecidedByItsBranch();

    private Transactions coordinator(String node) {
        return new Transactions(
                store,
                services,
                Incarnation.of(node),
                TransactionSettings.defaults(),
                heard,
                CrashPoints.none(),
                InstantSource.system(),
                System::nanoTime,
                new AtomicInteger(),
                Duration.ofDays(8));
    }

    @AfterEach
    void close() {
        transactions.close();
        Traces.requireAllowed(transactions);
    }

    @Test
    void commitsWithOneRequestAndWithoutTheRegister() {
        var transaction = decided(transactions.run(Plans.single(id, DEADLINE)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(transaction.branches().getFirst().state()).isEqualTo(BranchState.COMMITTED);
        assertThat(services.calls()).containsExactly("run orders");
        assertThat(store.register(id)).isEmpty();
        assertThat(heard.optimised).containsExactly(Optimisation.ONE_PHASE);
        assertThat(transaction.timeline())
                .extracting(TransactionResource.Event::event)
                .containsExactly("begun", "run-sent", "ran", "decided", "finished");
        await().untilAsserted(() -> assertThat(View.of(store.find(id).orElseThrow()))
                .usingRecursiveComparison()
                .isEqualTo(transaction));
        assertThat(transactions.outcome(id)).contains(new OutcomeReply(Outcome.COMMITTED, null));
    }

    @Test
    void preparesUnderAnIdThatDoesNotSayThatItsBranchDecides() {
        var transaction = decided(transactions.run(Plans.single(Plans.id(), DEADLINE)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(services.calls()).containsExactly("prepare orders", "finish orders 1");
    }

    @Test
    void preparesWhereThereAreTwoBranches() {
        decided(transactions.run(Plans.order(id, DEADLINE, "orders", "inventory")));

        assertThat(services.calls("prepare")).isEqualTo(2);
        assertThat(heard.optimised).containsExactly(Optimisation.PARALLEL_FINISH);
        assertThat(store.register(id)).isPresent();
    }

    @Test
    void fencesWhatRefusesBeforeItSaysSo() {
        services.onPrepare(_ -> ModelParticipants.no("out-of-stock"));

        var transaction = decided(transactions.run(Plans.single(id, DEADLINE)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.refusal())
                .extracting(TransactionResource.BranchRefusal::code)
                .isEqualTo("out-of-stock");
        assertThat(services.calls()).containsExactly("run orders", "finish orders 1");
        assertThat(services.branches().values()).containsExactly(Held.ABORTED);
        assertThat(store.register(id)).isEmpty();
    }

    @Test
    void asksTheBarrierWhenTheAnswerIsLostAndTheDeadlinePasses() {
        services.onPrepare(asked -> {
            services.askHonestly(asked.asking(), asked.branch());
            return new PrepareAnswer.Unsettled("the answer is lost");
        });

        var transaction = decided(transactions.run(Plans.single(id, SHORT)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.branches().getFirst().state()).isEqualTo(BranchState.COMMITTED);
        assertThat(services.branches().values()).containsExactly(Held.COMMITTED);
    }

    @Test
    void believesTheBarrierRatherThanARefusalOfADuplicate() {
        services.onPrepare(asked -> {
            services.askHonestly(asked.asking(), asked.branch());
            return ModelParticipants.no("branch-ongoing");
        });

        var transaction = decided(transactions.run(Plans.single(id, DEADLINE)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.refusal()).isNull();
    }

    @Test
    void closesWhatOnlyRead() {
        services.onPrepare(_ -> new Voted(new Vote.ReadOnly()));

        var transaction = decided(transactions.run(Plans.single(id, DEADLINE)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.branches().getFirst().state()).isEqualTo(BranchState.READ_ONLY);
        assertThat(heard.optimised).containsExactly(Optimisation.READ_ONLY_VOTE, Optimisation.NOTHING_WRITTEN);
        await().untilAsserted(() ->
                assertThat(View.of(store.find(id).orElseThrow()).branches()).isEqualTo(transaction.branches()));
    }

    @Test
    void neverPresumesWhatBecameOfItWhenTheRecordIsLost() {
        transactions.run(Plans.single(id, DEADLINE));
        await().until(() -> transactions.unfinished() == 0);
        store.lose(id);

        assertThat(transactions.outcome(id)).isEmpty();
        assertThat(store.register(id)).isEmpty();
    }

    @Test
    void findsWhatTheFirstExecutionDidWhenTheRecordIsLost() {
        transactions.run(Plans.single(id, DEADLINE));
        await().until(() -> transactions.unfinished() == 0);
        store.lose(id);
        // From here on the service would refuse work that is new.
        services.onPrepare(
                asked -> services.branches().containsKey(asked.branch()) ? null : ModelParticipants.no("new"));

        var again = decided(transactions.run(Plans.single(id, DEADLINE)));

        assertThat(again.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(services.branches()).hasSize(1);
    }

    @Test
    void tellsTheClientEvenIfTheRecordIsLostMeanwhile() {
        services.onPrepare(asked -> {
            store.lose(id);
            return null;
        });

        assertThat(decided(transactions.run(Plans.single(id, DEADLINE))).outcome())
                .isEqualTo(Outcome.COMMITTED);
        assertThat(store.register(id)).isEmpty();
    }

    @Test
    void settlesWhatAnotherCoordinatorLeft() {
        var never = new CompletableFuture<PrepareAnswer>();
        var first = coordinator("coordinator-2");
        services.onPrepare(asked -> {
            services.askHonestly(asked.asking(), asked.branch());
            first.abandon();
            return never.join();
        });
        Thread.ofVirtual().start(() -> first.run(Plans.single(id, DEADLINE)));
        await().until(() -> services.branches().containsValue(Held.COMMITTED));

        await().until(() -> transactions.takeOver(10) > 0 || transactions.driveOf(id) != null);
        await().until(() -> transactions.unfinished() == 0);

        assertThat(transactions.find(id).orElseThrow().outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(services.calls("run")).isEqualTo(1);
    }

    @Test
    void repeatsUntilTheServiceTells() {
        var asked = new AtomicInteger();
        services.onPrepare(_ -> ModelParticipants.no("out-of-stock"));
        services.onFinish((branch, _) -> asked.incrementAndGet() < 3
                ? new Settled(branch.gid(), Result.RETRY, null, "it is being worked on")
                : null);

        var transaction = decided(transactions.run(Plans.single(id, DEADLINE)));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(asked).hasValue(3);
    }

    @Test
    void callsForAPersonWhenTheServiceHasForgotten() {
        services.onPrepare(_ -> ModelParticipants.no("branch-forgotten"));
        services.onFinish((branch, _) -> new Settled(branch.gid(), Result.HAZARD, null, "it is too old"));

        assertThat(decided(transactions.run(Plans.single(id, DEADLINE))).state())
                .isEqualTo(State.HAZARD);
    }

    private static final class Heard implements TransactionListener {

        final List<Optimisation> optimised = new CopyOnWriteArrayList<>();

        @Override
        public void optimised(CommitProtocol protocol, Optimisation what) {
            optimised.add(what);
        }
    }

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }
}
