package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.testing.PostgresInstance;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What becomes of transactions whose coordinator dies, sleeps or leaves. The tests wait beside each other, each with a
/// database of its own.
@ParameterizedClass
@EnumSource(
        value = CommitProtocol.class,
        names = {"TWO_PHASE", "THREE_PHASE", "TCC"})
class CoordinatorDeathTests extends EngineScenario {

    CoordinatorDeathTests(CommitProtocol protocol, PostgresInstance postgres) {
        super(protocol, postgres);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void finishesWhatADeadCoordinatorDecided() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var dying = engine("coordinator-2");
        var plan = order(Plans.id(), SHORT, "orders", "inventory");
        assertThat(decided(dying.transactions().run(plan)).state()).isEqualTo(State.COMMITTING);
        dying.abandon();
        services.onFinishRequest(_ -> null);

        await().atMost(Duration.ofSeconds(60))
                .until(() -> services.branches().values().stream().allMatch(Held.COMMITTED::equals));
        await().untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                .get()
                .satisfies(found -> {
                    assertThat(found.state()).isEqualTo(State.COMMITTED);
                    assertThat(found.owner()).isEqualTo("coordinator-1");
                    assertThat(events(found))
                            .containsSubsequence("begun", proposed(), "taken-over", "decided", "finished");
                }));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void abortsWhatADeadCoordinatorLeftUndecided() throws InterruptedException {
        var dying = engine("coordinator-2");
        var asked = new CountDownLatch(2);
        services.onPrepare(preparation -> {
            services.askHonestly(asking, preparation.branch());
            asked.countDown();
            return new PrepareAnswer.Unsettled("the vote is lost");
        });
        var plan = order(Plans.id(), Duration.ofSeconds(30), "orders", "inventory");
        VIRTUAL.execute(() -> dying.transactions().run(plan));
        asked.await();
        dying.abandon();

        await().atMost(Duration.ofSeconds(60))
                .until(() -> services.branches().values().stream().allMatch(Held.ABORTED::equals));
        await().untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                .get()
                .extracting(TransactionResource::state)
                .isEqualTo(State.ABORTED));
        // What is decided now answers the client that asks again, at once.
        assertThat(decided(engine.transactions().run(plan)).outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void keepsAZombieFromCommitting() throws InterruptedException {
        var zombie = engine("coordinator-2");
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        services.onPrepare(preparation -> {
            if (preparation.service().equals("inventory")) {
                asked.countDown();
                awaitQuietly(goOn);
            }
            return null;
        });
        var plan = order(Plans.id(), Duration.ofSeconds(30), "orders", "inventory");
        var running = CompletableFuture.supplyAsync(() -> zombie.transactions().run(plan), VIRTUAL);
        asked.await();
        zombie.ownership().close(); // it sleeps as far as the others can see

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                        .get()
                        .extracting(TransactionResource::outcome)
                        .isEqualTo(Outcome.ABORTED));
        goOn.countDown(); // and wakes with the last vote in its hand

        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> zombie.transactions().unfinished() == 0);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
        assertThat(count("select epoch from transaction where id = '%s'".formatted(plan.id())))
                .isEqualTo(2);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void finishesWhatItsOwnEarlierLifeLeftAtOnce() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var plan = order(Plans.id(), SHORT, "orders");
        engine.abandon();
        var dying = patientEngine("coordinator-2");
        assertThat(decided(dying.transactions().run(plan)).state()).isEqualTo(State.COMMITTING);
        dying.abandon();
        services.onFinishRequest(_ -> null);

        var reborn = patientEngine("coordinator-2");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(reborn.transactions().find(plan.id()))
                        .get()
                        .extracting(TransactionResource::state)
                        .isEqualTo(State.COMMITTED));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void leavesNothingToWaitForWhenItShutsDown() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var leaving = patientEngine("coordinator-2");
        var plan = order(Plans.id(), SHORT, "orders");
        decided(leaving.transactions().run(plan));
        await().until(() -> engine.ownership().settled());
        leaving.shutDown(Duration.ofMillis(100));
        services.onFinishRequest(_ -> null);

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                        .get()
                        .extracting(TransactionResource::state)
                        .isEqualTo(State.COMMITTED));
        assertThat(leaving.transactions().run(order("orders"))).isInstanceOf(RunAnswer.NotBegun.class);
    }
}
