package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.testing.PostgresInstance;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
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

/// What coordinators answer when somebody else is slow. The tests wait beside each other, each with a database of its
/// own.
@ParameterizedClass
@EnumSource(
        value = CommitProtocol.class,
        names = {"TWO_PHASE", "THREE_PHASE", "TCC"})
class CoordinatorDeadlineTests extends EngineScenario {

    CoordinatorDeadlineTests(CommitProtocol protocol, PostgresInstance postgres) {
        super(protocol, postgres);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void abortsAtTheDeadline() {
        services.onPrepare(preparation ->
                preparation.service().equals("inventory") ? new PrepareAnswer.Unsettled("never answers") : null);
        var plan = order(Plans.id(), SHORT, "orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.refusal()).isNull();
        assertThat(events(transaction)).contains("deadline-passed");
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(services.branches().values()).containsExactly(Held.ABORTED, Held.ABORTED);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void tellsNobodyWhoNeverHeardOfIt() {
        services.onPrepare(preparation ->
                preparation.service().equals("inventory") ? new PrepareAnswer.NotSent("connection refused") : null);
        var plan = order(Plans.id(), SHORT, "orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(services.calls("finish orders")).isEqualTo(1);
        assertThat(services.calls("finish inventory")).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void doesNotLetTheAnswerToAnAbortWaitForLong() {
        services.onPrepare(
                preparation -> preparation.service().equals("inventory") ? ModelParticipants.no("out-of-stock") : null);
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var plan = order(Plans.id(), Duration.ofSeconds(30), "orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.state()).isEqualTo(State.ABORTING);
        assertThat(transaction.refusal()).isNotNull();
        assertThat(transaction.deadline()).isAfter(java.time.Instant.now());
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void answersCommittedAtTheDeadlineWhenABranchIsSlowToConfirm() {
        services.onFinish(
                (branch, _) -> branch.name().equals("inventory") ? Settled.retry(branch.gid(), "busy") : null);
        var plan = order(Plans.id(), SHORT, "orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.state()).isEqualTo(State.COMMITTING);
        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        services.onFinish((_, _) -> null);
        await().until(() -> services.branches().values().stream().allMatch(Held.COMMITTED::equals));
        await().untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                .get()
                .extracting(TransactionResource::state)
                .isEqualTo(State.COMMITTED));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void letsAnInquirerWaitUntilTheDeadline() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var held = new java.util.concurrent.atomic.AtomicReference<BranchId>();
        services.onPrepare(preparation -> {
            held.set(preparation.branch());
            asked.countDown();
            return new PrepareAnswer.Unsettled("slow");
        });
        var plan = order(Plans.id(), SHORT, "orders");
        var other = engine("coordinator-2").transactions();
        var running = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
        asked.await();

        var early = other.outcome(held.get());
        var late = await().until(() -> other.outcome(held.get()), reply -> reply.outcome() != Outcome.UNDECIDED);

        assertThat(early.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(early.retryAfterMillis()).isBetween(1L, SHORT.toMillis());
        assertThat(late.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
    }
}
