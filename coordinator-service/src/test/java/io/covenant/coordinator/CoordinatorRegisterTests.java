package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.recovery.RecoverySettings;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What coordinators do when their database is away, forgets, or holds what they did not put there.
@ParameterizedClass
@EnumSource(
        value = CommitProtocol.class,
        names = {"TWO_PHASE", "THREE_PHASE", "TCC"})
class CoordinatorRegisterTests extends EngineScenario {

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration KEEP = Duration.ofDays(8);

    CoordinatorRegisterTests(CommitProtocol protocol, @DatabaseOf("coordinator") TestDatabase database) {
        super(protocol, database);
    }

    @Test
    void survivesTheLossOfEveryConnection() {
        for (int i = 0; i < 10; i++) {
            database.terminateBackends();
            assertThat(decided(engine.transactions().run(order("orders", "inventory")))
                            .outcome())
                    .isEqualTo(Outcome.COMMITTED);
        }
    }

    @Test
    void refusesAtOnceWhileTheDatabaseIsAwayAndGoesOnWhenItIsBack() {
        decided(engine.transactions().run(order("orders")));
        database.postgres().stopImmediately();
        try {
            assertThat(engine.transactions().run(order("orders")))
                    .isEqualTo(new RunAnswer.NotBegun(RunAnswer.Reason.REGISTER_UNAVAILABLE, Duration.ofSeconds(1)));
            assertThat(engine.transactions().storeAnswers()).isFalse();
        } finally {
            database.postgres().start();
        }
        await().until(() -> engine.transactions().run(order("orders")) instanceof RunAnswer.Decided);
        assertThat(engine.transactions().storeAnswers()).isTrue();
    }

    @Test
    void decidesWhenTheDatabaseComesBack() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        services.onPrepare(_ -> {
            asked.countDown();
            awaitQuietly(goOn);
            return null;
        });
        var plan = order(Plans.id(), Duration.ofSeconds(12), "orders");
        var running = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
        asked.await();
        // The begin record may be lost with the crash, so let it reach the disk.
        execute("checkpoint");
        database.postgres().stopImmediately();
        goOn.countDown();

        var answer = running.join();

        assertThat(answer)
                .isInstanceOfSatisfying(
                        RunAnswer.Undecided.class,
                        undecided -> assertThat(undecided.transaction().state()).isEqualTo(State.DECIDING));
        database.postgres().start();
        await().until(() -> services.branches().values().stream().allMatch(Held.COMMITTED::equals));
        assertThat(engine.transactions().outcome(plan.id()).orElseThrow().outcome())
                .isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void recordsAgainTheEndThatTheDatabaseForgot() {
        var attentive = CoordinatorEngine.parts("coordinator-2", database.runtime(), services)
                .with(new RecoverySettings(LOOK, 10, LOOK.multipliedBy(2), KEEP, KEEP, 10))
                .engine()
                .start();
        engines.add(attentive);
        await().until(() -> attentive.ownership().held());
        var plan = order("orders", "inventory");
        decided(attentive.transactions().run(plan));
        await().until(() -> attentive.transactions().unfinished() == 0);
        execute("update transaction set finished_at = null, decision = null, progress = null where id = '%s'"
                .formatted(plan.id()));

        await().untilAsserted(() -> assertThat(count(
                        "select count(*) from transaction where decision = 'COMMIT' and finished_at is not null and id = '%s'"
                                .formatted(plan.id())))
                .isEqualTo(1));
        assertThat(services.branches().values()).containsOnly(Held.COMMITTED);
    }

    @Test
    void doesNotCommitAnAttemptWhoseBeginIsLost() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        services.onPrepare(_ -> {
            asked.countDown();
            awaitQuietly(goOn);
            return null;
        });
        var plan = order("orders");
        var running = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
        asked.await();
        execute("delete from transaction where id = '%s'".formatted(plan.id()));
        goOn.countDown();

        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> services.branches().values().stream().allMatch(Held.ABORTED::equals));
    }

    @Test
    void answersAnAbortOnlyBesideItsRecord() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        services.onPrepare(_ -> {
            asked.countDown();
            awaitQuietly(goOn);
            return ModelParticipants.no("out-of-stock");
        });
        var plan = order("orders");
        var running = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
        asked.await();
        execute("delete from transaction where id = '%s'".formatted(plan.id()));
        goOn.countDown();

        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(count("select count(*) from decision where transaction_id = '%s'".formatted(plan.id())))
                .as("the register says so as well, since the record cannot")
                .isEqualTo(1);
    }

    @Test
    void losesAgainstATombstone() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        services.onPrepare(preparation -> {
            if (preparation.service().equals("inventory")) {
                asked.countDown();
                awaitQuietly(goOn);
            }
            return null;
        });
        var plan = order("orders", "inventory");
        var running = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
        asked.await();
        // Somebody else decides behind the owner's back.
        execute("insert into decision values ('%s', 0, 'ABORT', '{}', '[]', now())".formatted(plan.id()));
        goOn.countDown();

        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
    }

    @Test
    void writesATombstoneForWhatNobodyRemembers() {
        var id = Plans.id();
        assertThat(engine.transactions().outcome(id).orElseThrow().outcome()).isEqualTo(Outcome.ABORTED);
        var plan = order(id, Duration.ofSeconds(20), "orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
    }

    @Test
    void forgetsWhenItMay() {
        var asked = new AtomicInteger();
        var may = new AtomicBoolean();
        var plan = order("orders", "inventory");
        decided(engine.transactions().run(plan));
        var forgetful = CoordinatorEngine.parts("coordinator-2", database.runtime(), services)
                .with(new RecoverySettings(
                        Duration.ofMillis(1_500), 10, SHORT, Duration.ofMillis(1), Duration.ofMillis(20), 10))
                .engine()
                .forgetWhen(() -> {
                    asked.incrementAndGet();
                    return may.get();
                })
                .start();
        engines.add(forgetful);

        await().until(() -> asked.get() > 3);
        assertThat(forgetful.transactions().find(plan.id())).isPresent();

        may.set(true);
        await().until(() -> forgetful.transactions().find(plan.id()).isEmpty());
    }
}
