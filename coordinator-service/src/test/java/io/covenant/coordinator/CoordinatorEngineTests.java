package io.covenant.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.ownership.OwnershipSettings;
import io.covenant.coordinator.recovery.RecoverySettings;
import io.covenant.coordinator.transaction.Asking;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@RealPostgres
@Timeout(60)
@ParameterizedClass
@EnumSource(
        value = CommitProtocol.class,
        names = {"TWO_PHASE", "THREE_PHASE", "TCC"})
class CoordinatorEngineTests {

    private static final Duration SHORT = Duration.ofMillis(1_500);
    private static final Executor VIRTUAL = Thread::startVirtualThread;

    private final CommitProtocol protocol;
    private final Asking asking;
    private final TestDatabase database;
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final List<CoordinatorEngine> engines = new ArrayList<>();
    private CoordinatorEngine engine;

    CoordinatorEngineTests(CommitProtocol protocol, @DatabaseOf("coordinator") TestDatabase database) {
        this.protocol = protocol;
        this.asking = protocol == CommitProtocol.TCC ? Asking.TRY : Asking.PREPARE;
        this.database = database;
        CoordinatorEngine.migrate(database.owner());
        this.engine = engine("coordinator-1");
    }

    private CoordinatorEngine engine(String node) {
        var started = CoordinatorEngine.of(node, database.runtime(), services).start();
        engines.add(started);
        return started;
    }

    /// One that presumes nobody dead, and is presumed alive itself, for far longer than a test waits.
    private CoordinatorEngine patientEngine(String node) {
        var started = CoordinatorEngine.parts(node, database.runtime(), services)
                .with(new OwnershipSettings(Duration.ofMinutes(2), Duration.ofMillis(500)))
                .engine()
                .start();
        engines.add(started);
        await().until(() -> started.ownership().held());
        return started;
    }

    private TransactionPlan order(String... branches) {
        return Plans.under(protocol, Plans.order(branches));
    }

    private TransactionPlan order(TransactionId id, Duration deadline, String... branches) {
        return Plans.under(protocol, Plans.order(id, deadline, branches));
    }

    @BeforeEach
    void holdsTheLease() {
        await().until(() -> engine.ownership().held());
    }

    @AfterEach
    void close() {
        try {
            Traces.requireAllowed(engines.getLast().transactions());
        } finally {
            engines.forEach(CoordinatorEngine::close);
        }
    }

    private String proposed() {
        return protocol == CommitProtocol.THREE_PHASE ? "attempt" : "decision-proposed";
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

        var transaction = decided(engine.transactions().run(order("orders", "inventory")));

        assertThat(transaction.state()).isEqualTo(State.ABORTED);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
    }

    @Test
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
        decided(engine.transactions().run(order(id, Duration.ofSeconds(3), "orders")));

        assertThat(engine.transactions().run(order(id, Duration.ofSeconds(3), "inventory")))
                .isInstanceOf(RunAnswer.OtherBody.class);
    }

    @Test
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

    @Test
    void writesATombstoneForWhatNobodyRemembers() {
        var id = Plans.id();
        assertThat(engine.transactions().outcome(id).orElseThrow().outcome()).isEqualTo(Outcome.ABORTED);
        var plan = order(id, Duration.ofSeconds(3), "orders", "inventory");

        var transaction = decided(engine.transactions().run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> engine.transactions().unfinished() == 0);
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
    }

    @Test
    void letsAnInquirerWaitUntilTheDeadline() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var held = new java.util.concurrent.atomic.AtomicReference<BranchId>();
        services.onPrepare(preparation -> {
            held.set(preparation.branch());
            asked.countDown();
            return new PrepareAnswer.Unsettled("slow");
        });
        var plan = order(Plans.id(), Duration.ofSeconds(3), "orders");
        var other = engine("coordinator-2").transactions();
        var running = CompletableFuture.supplyAsync(() -> engine.transactions().run(plan), VIRTUAL);
        asked.await();

        var early = other.outcome(held.get());
        var late = await().until(() -> other.outcome(held.get()), reply -> reply.outcome() != Outcome.UNDECIDED);

        assertThat(early.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(early.retryAfterMillis()).isBetween(1L, 3000L);
        assertThat(late.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
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
    void finishesWhatADeadCoordinatorDecided() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var dying = engine("coordinator-2");
        var plan = order(Plans.id(), SHORT, "orders", "inventory");
        assertThat(decided(dying.transactions().run(plan)).state()).isEqualTo(State.COMMITTING);
        dying.abandon();
        services.onFinishRequest(_ -> null);

        await().atMost(Duration.ofSeconds(20))
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

        await().atMost(Duration.ofSeconds(20))
                .until(() -> services.branches().values().stream().allMatch(Held.ABORTED::equals));
        await().untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                .get()
                .extracting(TransactionResource::state)
                .isEqualTo(State.ABORTED));
        // What is decided now answers the client that asks again, at once.
        assertThat(decided(engine.transactions().run(plan)).outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
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

        await().atMost(Duration.ofSeconds(20))
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
    void finishesWhatItsOwnEarlierLifeLeftAtOnce() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var plan = order(Plans.id(), SHORT, "orders");
        engine.abandon();
        var dying = patientEngine("coordinator-2");
        assertThat(decided(dying.transactions().run(plan)).state()).isEqualTo(State.COMMITTING);
        dying.abandon();
        services.onFinishRequest(_ -> null);

        var reborn = patientEngine("coordinator-2");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(reborn.transactions().find(plan.id()))
                        .get()
                        .extracting(TransactionResource::state)
                        .isEqualTo(State.COMMITTED));
    }

    @Test
    void forgetsWhenItMay() {
        var asked = new AtomicInteger();
        var may = new AtomicBoolean();
        var plan = order("orders", "inventory");
        decided(engine.transactions().run(plan));
        var forgetful = CoordinatorEngine.parts("coordinator-2", database.runtime(), services)
                .with(new RecoverySettings(SHORT, 10, SHORT, Duration.ofMillis(1), Duration.ofMillis(20), 10))
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

    @Test
    void leavesNothingToWaitForWhenItShutsDown() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var leaving = patientEngine("coordinator-2");
        var plan = order(Plans.id(), SHORT, "orders");
        decided(leaving.transactions().run(plan));
        await().until(() -> engine.ownership().settled());
        leaving.shutDown(Duration.ofMillis(100));
        services.onFinishRequest(_ -> null);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(engine.transactions().find(plan.id()))
                        .get()
                        .extracting(TransactionResource::state)
                        .isEqualTo(State.COMMITTED));
        assertThat(leaving.transactions().run(order("orders"))).isInstanceOf(RunAnswer.NotBegun.class);
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
        var plan = order(Plans.id(), Duration.ofSeconds(6), "orders");
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
        var plan = order("orders", "inventory");
        decided(engine.transactions().run(plan));
        await().until(() -> engine.transactions().unfinished() == 0);
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

    // ----

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }

    private static List<String> events(TransactionResource transaction) {
        return transaction.timeline().stream()
                .map(TransactionResource.Event::event)
                .toList();
    }

    private static BranchId gid(TransactionResource transaction, int branch) {
        return BranchId.parse(transaction.branches().get(branch).gid()).orElseThrow();
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long count(String sql) {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        try (var connection = database.superuser().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
