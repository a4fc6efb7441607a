package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.Settings;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What one coordinator does with a transaction while nothing is in trouble, and what it answers.
@ParameterizedClass
@EnumSource(
        value = CommitProtocol.class,
        names = {"TWO_PHASE", "THREE_PHASE", "TCC"})
class CoordinatorEngineTests extends EngineScenario {

    CoordinatorEngineTests(CommitProtocol protocol, @DatabaseOf("coordinator") TestDatabase database) {
        super(protocol, database);
    }

    @Test
    void commitsWhenEveryBranchVotesYes() {
        var plan = order("orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.branches())
                .extracting(TransactionResource.Branch::state)
                .containsExactly(BranchState.COMMITTED, BranchState.COMMITTED);
        assertThat(services.branches()).hasSize(2).containsValues(Held.COMMITTED, Held.COMMITTED);
        assertThat(events(transaction))
                .containsSubsequence(
                        "begun",
                        protocol == CommitProtocol.TCC ? "tried" : "voted",
                        "votes-in",
                        proposed(),
                        "decided",
                        "told",
                        "acknowledged",
                        "finished");
    }

    @Test
    void tellsAnyCoordinatorWhatBecameOfIt() {
        var plan = order("orders", "inventory");
        var answered = decided(engine.transactions().run(plan));

        var other = engine("coordinator-2");

        await().untilAsserted(() -> assertThat(other.transactions().find(plan.id()))
                .get()
                .usingRecursiveComparison()
                .isEqualTo(answered));
        assertThat(other.transactions().outcome(plan.id())).contains(new OutcomeReply(Outcome.COMMITTED, null));
        assertThat(other.transactions().outcome(gid(answered, 0))).isEqualTo(new OutcomeReply(Outcome.COMMITTED, null));
    }

    @Test
    void abortsWithTheReasonOfTheBranchThatRefuses() {
        services.onPrepare(
                preparation -> preparation.service().equals("inventory") ? ModelParticipants.no("out-of-stock") : null);
        var plan = order("orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.refusal())
                .isEqualTo(new TransactionResource.BranchRefusal(
                        "inventory", "out-of-stock", "For a reason.", java.util.Map.of("sku", "A-1")));
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
        var other = engine("coordinator-2").transactions();
        assertThat(other.find(plan.id())).get().satisfies(found -> {
            assertThat(found.state()).isEqualTo(State.ABORTED);
            assertThat(found.refusal()).isEqualTo(transaction.refusal());
        });
    }

    @Test
    void answersAnAbortWhenItsBranchesHaveRolledBack() {
        services.onPrepare(
                preparation -> preparation.service().equals("inventory") ? ModelParticipants.no("out-of-stock") : null);
        services.onFinishRequest(_ -> {
            pause(Duration.ofMillis(50));
            return null;
        });
        var patient = CoordinatorEngine.parts("coordinator-2", database.runtime(), services)
                .with(Settings.with(Map.of("rollback-patience", "15s")))
                .engine()
                .start();
        engines.add(patient);
        await().until(() -> patient.ownership().held());

        var transaction = decided(patient.transactions().run(order("orders", "inventory")));

        assertThat(transaction.state()).isEqualTo(State.ABORTED);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
    }

    @Test
    void asksOneAfterTheOtherWhenTheBranchesLockInTurn() {
        var plan = Plans.inTurn(order("orders", "inventory"));

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(events(transaction))
                .startsWith(
                        "begun",
                        asking.name().toLowerCase(Locale.ROOT) + "-sent",
                        protocol == CommitProtocol.TCC ? "tried" : "voted",
                        asking.name().toLowerCase(Locale.ROOT) + "-sent",
                        protocol == CommitProtocol.TCC ? "tried" : "voted",
                        "votes-in");
    }

    @Test
    void asksNoFurtherBranchInTurnOnceOneHasRefused() {
        services.onPrepare(
                preparation -> preparation.service().equals("orders") ? ModelParticipants.no("credit-limit") : null);
        var plan = Plans.inTurn(order("orders", "inventory"));

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(services.branches().keySet()).extracting(BranchId::name).doesNotContain("inventory");
    }

    @Test
    void commitsWithoutTheRegisterWhenNobodyWrote() {
        services.onPrepare(_ -> new PrepareAnswer.Voted(new Vote.ReadOnly()));
        var plan = order("orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(services.calls("finish")).isZero();
        assertThat(count("select count(*) from decision where transaction_id = '%s'".formatted(plan.id())))
                .isZero();
        assertThat(engine("coordinator-2")
                        .transactions()
                        .outcome(plan.id())
                        .orElseThrow()
                        .outcome())
                .isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void asksAgainUntilTheVoteComes() {
        var tries = new java.util.concurrent.atomic.AtomicInteger();
        services.onPrepare(preparation -> tries.incrementAndGet() < 4 ? new PrepareAnswer.Unsettled("busy") : null);

        var transaction = decided(engine.transactions().run(order("orders")));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(services.calls(asking.name().toLowerCase(Locale.ROOT) + "")).isEqualTo(4);
    }

    @Test
    void answersTheSameWhenAskedTwice() {
        var plan = order("orders", "inventory");
        var first = decided(engine.transactions().run(plan));
        var other = engine("coordinator-2");

        var again = (RunAnswer.Decided) engine.transactions().run(plan);
        var elsewhere = (RunAnswer.Decided) other.transactions().run(plan);

        assertThat(again.replayed()).isTrue();
        assertThat(elsewhere.replayed()).isTrue();
        assertThat(again.transaction().attempt()).isEqualTo(first.attempt());
        assertThat(elsewhere.transaction()).usingRecursiveComparison().isEqualTo(first);
        assertThat(services.calls(asking.name().toLowerCase(Locale.ROOT) + "")).isEqualTo(2);
    }

    @Test
    void runsOnceWhenAskedAtTwoCoordinatorsAtOnce() {
        var other = engine("coordinator-2");
        for (int i = 0; i < 20; i++) {
            var plan = order("orders", "inventory");
            var here = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
            var there = CompletableFuture.supplyAsync(() -> other.transactions().run(plan), VIRTUAL);
            var both = List.of(decided(here.join()), decided(there.join()));
            assertThat(both).extracting(TransactionResource::outcome).containsOnly(Outcome.COMMITTED);
            assertThat(both.get(0).attempt()).isEqualTo(both.get(1).attempt());
        }
        assertThat(services.branches()).hasSize(40);
        assertThat(services.branches().values()).containsOnly(Held.COMMITTED);
    }

    @Test
    void refusesAnotherTransactionUnderTheSameId() {
        var id = Plans.id();
        decided(engine.transactions().run(order(id, Duration.ofSeconds(20), "orders")));

        assertThat(engine.transactions().run(order(id, Duration.ofSeconds(20), "inventory")))
                .isInstanceOf(RunAnswer.OtherBody.class);
    }

    @Test
    void showsAHazard() {
        services.onFinish((branch, _) -> branch.name().equals("inventory")
                ? new Settled(branch.gid(), Result.HAZARD, null, "rolled back by hand")
                : null);
        var plan = order("orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.state()).isEqualTo(State.HAZARD);
        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.branches().get(1))
                .returns(BranchState.HAZARD, TransactionResource.Branch::state)
                .returns("rolled back by hand", TransactionResource.Branch::detail);
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(engine.transactions().find(plan.id()))
                .get()
                .extracting(TransactionResource::state)
                .isEqualTo(State.HAZARD);
        assertThat(engine.transactions().backlog().hazards()).isPositive();
    }
}
