package io.covenant.coordinator.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.Traces;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// The shell, on a store in memory that fails when it is told to, under each protocol that it drives.
@Timeout(120)
@ParameterizedClass
@EnumSource(
        value = CommitProtocol.class,
        names = {"TWO_PHASE", "TCC"})
class TransactionDriverTests {

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final Duration KEEP = Duration.ofDays(8);

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final Heard heard = new Heard();
    private final Transactions transactions =
            coordinator("coordinator-1", CrashPoints.none(), TransactionSettings.defaults());

    private final CommitProtocol protocol;
    private final String ask;

    TransactionDriverTests(CommitProtocol protocol) {
        this.protocol = protocol;
        this.ask = protocol == CommitProtocol.TCC ? "try" : "prepare";
    }

    private TransactionPlan order(String... branches) {
        return Plans.under(protocol, Plans.order(branches));
    }

    private TransactionPlan order(TransactionId id, Duration deadline, String... branches) {
        return Plans.under(protocol, Plans.order(id, deadline, branches));
    }

    private Transactions coordinator(String node, CrashPoints crashPoints) {
        return coordinator(node, crashPoints, TransactionSettings.defaults());
    }

    private Transactions coordinator(String node, CrashPoints crashPoints, TransactionSettings settings) {
        return new Transactions(
                store,
                services,
                Incarnation.of(node),
                settings,
                heard,
                crashPoints,
                InstantSource.system(),
                System::nanoTime,
                new AtomicInteger(),
                KEEP);
    }

    @AfterEach
    void close() {
        transactions.close();
        Traces.requireAllowed(transactions);
    }

    @Test
    void tellsTheStoryInOrder() {
        var answered = protocol == CommitProtocol.TCC ? "tried" : "voted";
        var transaction = decided(transactions.run(Plans.inTurn(order("orders", "inventory"))));

        assertThat(transaction.timeline())
                .extracting(TransactionResource.Event::event)
                .containsExactly(
                        "begun",
                        ask + "-sent",
                        answered,
                        ask + "-sent",
                        answered,
                        "votes-in",
                        "decision-proposed",
                        "decided",
                        "told",
                        "told",
                        "acknowledged",
                        "acknowledged",
                        "finished");
        assertThat(transaction.timeline())
                .isSortedAccordingTo(java.util.Comparator.comparingLong(TransactionResource.Event::atMicros));
        assertThat(transaction.decidedAt()).isBetween(transaction.createdAt(), transaction.finishedAt());
        assertThat(View.of(store.find(id(transaction)).orElseThrow()))
                .usingRecursiveComparison()
                .isEqualTo(transaction);
    }

    @Test
    void saysThatNothingWasBegunWhenTheStoreFails() {
        store.fail(1);
        var plan = order("orders");

        assertThat(transactions.run(plan))
                .isEqualTo(new RunAnswer.NotBegun(RunAnswer.Reason.REGISTER_UNAVAILABLE, Duration.ofSeconds(1)));
        assertThat(services.calls()).isEmpty();
        assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void keepsProposingUntilTheRegisterAnswers() {
        services.onPrepare(_ -> {
            store.fail(3);
            return null;
        });

        var transaction = decided(transactions.run(order("orders")));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(heard.retried)
                .containsOnly(TransactionListener.Retried.DECISION)
                .hasSize(3);
    }

    @Test
    void keepsClosingUntilTheRecordTakesIt() {
        services.onPrepare(_ -> {
            store.fail(3);
            return ModelParticipants.no("out-of-stock");
        });
        var plan = order("orders");

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(store.register(plan.id())).isEmpty();
        assertThat(store.find(plan.id()))
                .get()
                .extracting(StoredTransaction::finished)
                .isEqualTo(true);
    }

    @Test
    void tellsTheBranchesOfAnAbortAtOnceAndTheClientWhenItIsOnRecord() throws InterruptedException {
        var asked = new CountDownLatch(1);
        services.onPrepare(preparation -> {
            if (preparation.service().equals("orders")) {
                return null;
            }
            await().until(() -> services.branches().size() == 1);
            store.fail(Integer.MAX_VALUE);
            asked.countDown();
            return ModelParticipants.no("out-of-stock");
        });
        var plan = order("orders", "inventory");
        var running = CompletableFuture.supplyAsync(() -> transactions.run(plan), Thread::startVirtualThread);
        assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

        await().until(() -> services.branches().containsValue(Held.ABORTED));
        assertThat(running).isNotDone();
        store.fail(0);
        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.ABORTED);
    }

    @Test
    void answersWhatTheRegisterHoldsWhenTheRecordIsGone() {
        var plan = order("orders");
        services.onPrepare(_ -> {
            store.lose(plan.id());
            return ModelParticipants.no("out-of-stock");
        });

        assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(store.register(plan.id()))
                .get()
                .extracting(Register::decision)
                .isEqualTo(Decision.ABORT);
    }

    @Test
    void answersWhatAnotherAttemptCommittedInItsPlace() {
        var plan = order("orders", "inventory");
        var peer = coordinator("coordinator-2", CrashPoints.none());
        var once = new AtomicInteger();
        services.onPrepare(preparation -> {
            if (preparation.service().equals("inventory") && once.getAndIncrement() == 0) {
                // A crash of the database takes the record; the client, tired of waiting, asks elsewhere.
                store.lose(plan.id());
                assertThat(decided(peer.run(plan)).outcome()).isEqualTo(Outcome.COMMITTED);
            }
            return null;
        });

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.branches()).hasSize(2);
        await().until(() -> transactions.unfinished() == 0);
        assertThat(services.branches().entrySet())
                .hasSize(4)
                .allSatisfy(branch -> assertThat(branch.getValue())
                        .isEqualTo(
                                branch.getKey().attempt().toString().equals(transaction.attempt())
                                        ? Held.COMMITTED
                                        : Held.ABORTED));
        peer.close();
    }

    @Test
    void answersUndecidedWhileTheRegisterIsAwayAndFinishesLater() {
        services.onPrepare(_ -> {
            store.fail(Integer.MAX_VALUE);
            return null;
        });
        var plan = order(Plans.id(), DEADLINE, "orders");

        var answer = transactions.run(plan);

        assertThat(answer).isInstanceOfSatisfying(RunAnswer.Undecided.class, undecided -> {
            assertThat(undecided.transaction().state()).isEqualTo(State.DECIDING);
            assertThat(undecided.transaction().outcome()).isNull();
        });
        store.fail(0);
        await().untilAsserted(() ->
                assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.COMMITTED));
    }

    @Test
    void asksAgainOnlyWhoHasNotVoted() {
        var tries = new AtomicInteger();
        services.onPrepare(preparation -> preparation.service().equals("inventory") && tries.incrementAndGet() < 3
                ? new PrepareAnswer.Unsettled("ongoing")
                : null);

        decided(transactions.run(order("orders", "inventory")));

        assertThat(services.calls(ask + " orders")).isEqualTo(1);
        assertThat(services.calls(ask + " inventory")).isEqualTo(3);
        assertThat(heard.retried).containsOnly(TransactionListener.Retried.PREPARE);
    }

    @Test
    void ignoresAVoteThatComesAfterTheDeadline() {
        var late = new CountDownLatch(1);
        services.onPrepare(preparation -> {
            if (preparation.service().equals("inventory")) {
                awaitQuietly(late);
            }
            return null;
        });
        var plan = order(Plans.id(), DEADLINE, "orders", "inventory");

        assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> transactions.unfinished() == 0);
        late.countDown();

        // The fence was there first.
        await().untilAsserted(
                        () -> assertThat(services.calls(ask + " inventory")).isEqualTo(1));
        assertThat(services.branches())
                .hasSize(2)
                .containsOnlyKeys(services.branches().keySet());
        assertThat(services.branches().values()).containsOnly(Held.ABORTED);
    }

    @Test
    void letsABranchVoteBeforeItIsToldToAbort() {
        var patient = coordinator("coordinator-2", CrashPoints.none(), Settings.with(Map.of("abort-patience", "1d")));
        var refused = new CountDownLatch(1);
        var told = new AtomicInteger();
        services.onFinish((_, _) -> {
            told.incrementAndGet();
            return null;
        });
        services.onPrepare(preparation -> {
            if (preparation.service().equals("inventory")) {
                refused.countDown();
                return ModelParticipants.no("out-of-stock");
            }
            awaitQuietly(refused);
            await().until(() -> heard.events.contains("decided ABORT"));
            assertThat(told).hasValue(0);
            return null;
        });

        assertThat(decided(patient.run(order("orders", "inventory"))).outcome()).isEqualTo(Outcome.ABORTED);

        await().until(() -> patient.unfinished() == 0);
        patient.close();
        assertThat(told).hasValue(1);
        assertThat(services.branches().values()).containsExactly(Held.ABORTED);
    }

    @Test
    void doesNotTellABranchThatRefusesAfterAnotherHas() {
        var patient = coordinator("coordinator-2", CrashPoints.none(), Settings.with(Map.of("abort-patience", "1d")));
        var refused = new CountDownLatch(1);
        services.onPrepare(preparation -> {
            if (preparation.service().equals("orders")) {
                awaitQuietly(refused);
                await().until(() -> heard.events.contains("decided ABORT"));
            } else {
                refused.countDown();
            }
            return ModelParticipants.no("not-today");
        });

        assertThat(decided(patient.run(order("orders", "inventory"))).outcome()).isEqualTo(Outcome.ABORTED);

        await().until(() -> patient.unfinished() == 0);
        patient.close();
        assertThat(services.calls("finish")).isZero();
    }

    @Test
    void tellsABranchToAbortThatDoesNotComeToVote() {
        var impatient =
                coordinator("coordinator-2", CrashPoints.none(), Settings.with(Map.of("abort-patience", "1ms")));
        var told = new CountDownLatch(1);
        services.onFinish((_, _) -> {
            told.countDown();
            return null;
        });
        services.onPrepare(preparation -> {
            if (preparation.service().equals("inventory")) {
                return ModelParticipants.no("out-of-stock");
            }
            awaitQuietly(told);
            return null;
        });

        assertThat(decided(impatient.run(order("orders", "inventory"))).outcome())
                .isEqualTo(Outcome.ABORTED);

        await().until(() -> impatient.unfinished() == 0);
        impatient.close();
        assertThat(services.branches().values()).containsExactly(Held.ABORTED);
    }

    @Test
    void keepsTellingABranchThatIsBusy() {
        var tries = new AtomicInteger();
        services.onFinish((branch, _) -> tries.incrementAndGet() < 4 ? Settled.retry(branch.gid(), "busy") : null);

        var transaction = decided(transactions.run(order("orders")));

        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(tries).hasValue(4);
    }

    @Test
    void tellsTheStoreHowFarItIsWhenABranchIsSlow() {
        services.onFinish(
                (branch, _) -> branch.name().equals("inventory") ? Settled.retry(branch.gid(), "busy") : null);
        var plan = order(Plans.id(), DEADLINE, "orders", "inventory");
        decided(transactions.run(plan));

        await().untilAsserted(() -> assertThat(
                        store.find(plan.id()).orElseThrow().branches())
                .extracting(BranchStatus::name, status -> status.state().name())
                .contains(org.assertj.core.groups.Tuple.tuple("orders", "COMMITTED"))
                .contains(org.assertj.core.groups.Tuple.tuple("inventory", "PREPARED")));
    }

    @Test
    void writesTheEndRecordAgainWhenItFails() {
        services.onFinish((_, _) -> {
            store.fail(2);
            return null;
        });
        var plan = order("orders");
        decided(transactions.run(plan));

        await().until(() -> store.find(plan.id()).orElseThrow().finished());
        assertThat(heard.retried)
                .containsOnly(TransactionListener.Retried.END_RECORD)
                .hasSize(2);
    }

    @Test
    void countsWhatItDoes() {
        services.onFinish((branch, _) ->
                branch.name().equals("inventory") ? new Settled(branch.gid(), Result.HAZARD, null, "gone") : null);
        decided(transactions.run(order("orders", "inventory")));
        services.onPrepare(_ -> ModelParticipants.no("no"));
        decided(transactions.run(order("orders")));

        // An abort that has nobody to tell is finished while its record is still on the way.
        await().untilAsserted(() -> assertThat(heard.events)
                .startsWith("decided COMMIT", "hazard inventory", "finished COMMIT")
                .containsExactlyInAnyOrder(
                        "decided COMMIT", "hazard inventory", "finished COMMIT", "decided ABORT", "finished ABORT"));
    }

    @Test
    void tellsAnInquirerToCommitWhenTheDecisionFallsWhileItLooks() {
        var asking = new AtomicReference<BranchId>();
        var hold = new CountDownLatch(1);
        var tell = new CountDownLatch(1);
        services.onPrepare(preparation -> {
            asking.set(preparation.branch());
            awaitQuietly(hold);
            return null;
        });
        services.onFinish((_, _) -> {
            awaitQuietly(tell);
            return null;
        });
        var plan = order("orders");
        Thread.startVirtualThread(() -> transactions.run(plan));
        await().until(() -> asking.get() != null);
        store.afterNextFind(() -> {
            hold.countDown();
            await().until(() -> transactions.find(plan.id()).orElseThrow().state() == State.COMMITTING);
        });

        var told = transactions.outcome(asking.get());

        tell.countDown();
        assertThat(told).isEqualTo(new OutcomeReply(Outcome.COMMITTED, null));
    }

    @Test
    void limitsWhatIsUndecidedButNotWhatIsTold() {
        var few = Settings.with(Map.of("max-undecided", "2"));
        var limited = coordinator("c", CrashPoints.none(), few);
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        for (int i = 0; i < 5; i++) {
            assertThat(limited.run(order(Plans.id(), Duration.ofSeconds(1), "orders")))
                    .isInstanceOf(RunAnswer.Decided.class);
        }
        assertThat(limited.unfinished()).isEqualTo(5);
        var hold = new CountDownLatch(1);
        services.onPrepare(_ -> {
            awaitQuietly(hold);
            return null;
        });
        for (int i = 0; i < 2; i++) {
            Thread.startVirtualThread(() -> limited.run(order("orders")));
        }
        await().until(() -> limited.undecided() == 2);

        assertThat(limited.run(order("orders")))
                .isEqualTo(new RunAnswer.NotBegun(RunAnswer.Reason.TOO_MANY_TRANSACTIONS, Duration.ofSeconds(1)));
        hold.countDown();
        limited.close();
    }

    @Test
    void doesNotBeginWhatMayBeForgotten() {
        var old = idOfAge(KEEP.plusSeconds(1));

        assertThat(transactions.run(order(old, DEADLINE, "orders"))).isEqualTo(new RunAnswer.Forgotten());
        assertThat(transactions.outcome(old)).isEmpty();
        assertThat(services.calls()).isEmpty();
        assertThat(store.register(old)).isEmpty();
    }

    @Test
    void beginsWhatIsNotSoOld() {
        var young = idOfAge(KEEP.minusHours(1));

        assertThat(decided(transactions.run(order(young, DEADLINE, "orders"))).outcome())
                .isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void answersWhatIsOldAndNotForgotten() {
        var old = idOfAge(KEEP.plusSeconds(1));
        var patient = new Transactions(
                store,
                services,
                Incarnation.of("coordinator-2"),
                TransactionSettings.defaults(),
                heard,
                CrashPoints.none(),
                InstantSource.system(),
                System::nanoTime,
                new AtomicInteger(),
                KEEP.plusDays(1));
        var plan = order(old, DEADLINE, "orders");
        decided(patient.run(plan));
        patient.close();

        assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transactions.outcome(old)).contains(new OutcomeReply(Outcome.COMMITTED, null));
    }

    @Test
    void tellsABranchThatHoldsSomethingHoweverOldItIs() {
        var branch = new BranchId(idOfAge(KEEP.plusDays(3)), new Attempt(7), "orders");

        assertThat(transactions.outcome(branch)).isEqualTo(new OutcomeReply(Outcome.ABORTED, null));
        assertThat(store.register(branch.transaction())).isPresent();
    }

    private static TransactionId idOfAge(Duration age) {
        long made = System.currentTimeMillis() - age.toMillis();
        return new TransactionId(
                new UUID((made << 16) | 0x7abc, UUID.randomUUID().getLeastSignificantBits()));
    }

    /// Dying anywhere leaves something that the next coordinator brings to one end.
    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {
                "C0_BEFORE_BEGIN",
                "C1_BEGIN_STORED",
                "C6_VOTES_IN",
                "C7_DECISION_FORCED",
                "C8_ONE_BRANCH_TOLD",
                "C10_ALL_ACKED"
            })
    void leavesWhatAnotherCanFinish(CrashPoint point) {
        var died = new CountDownLatch(1);
        var dying = new Transactions[1];
        dying[0] = coordinator("coordinator-2", CrashPoints.armed(point.name(), () -> {
            dying[0].abandon();
            died.countDown();
            throw new IllegalStateException("dead at " + point);
        }));
        var plan = order("orders", "inventory");
        Thread.startVirtualThread(() -> {
            try {
                dying[0].run(plan);
            } catch (IllegalStateException e) {
                // dead
            }
        });
        awaitQuietly(died);
        int told = (int) services.calls("finish");

        transactions.takeOver(10);

        // The thread that dies takes its exception with it.
        await().dontCatchUncaughtExceptions().until(() -> transactions.unfinished() == 0);
        boolean decided = point.compareTo(CrashPoint.C7_DECISION_FORCED) >= 0;
        var begun = store.find(plan.id());
        assertThat(begun.isPresent()).isEqualTo(point != CrashPoint.C0_BEFORE_BEGIN);
        begun.ifPresent(stored -> {
            assertThat(stored.finished()).isTrue();
            assertThat(stored.decision()).isEqualTo(decided ? Decision.COMMIT : Decision.ABORT);
        });
        await().dontCatchUncaughtExceptions()
                .untilAsserted(() -> assertThat(services.branches().values())
                        .allMatch(held -> held == (decided ? Held.COMMITTED : Held.ABORTED)));
        switch (point) {
            case C7_DECISION_FORCED -> assertThat(told).isZero();
            case C8_ONE_BRANCH_TOLD -> assertThat(told).isEqualTo(1);
            case C10_ALL_ACKED -> assertThat(told).isEqualTo(2);
            default -> assertThat(told).isZero();
        }
        assertThat(decided(transactions.run(plan)).outcome())
                .isEqualTo(decided || point == CrashPoint.C0_BEFORE_BEGIN ? Outcome.COMMITTED : Outcome.ABORTED);
    }

    private static TransactionId id(TransactionResource transaction) {
        return new TransactionId(transaction.id());
    }

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Heard implements TransactionListener {

        final List<String> events = new CopyOnWriteArrayList<>();
        final List<Retried> retried = new CopyOnWriteArrayList<>();

        @Override
        public void decided(CommitProtocol protocol, Decision decision, Duration sinceBegin) {
            events.add("decided " + decision);
        }

        @Override
        public void finished(CommitProtocol protocol, Decision decision, Duration sinceBegin) {
            events.add("finished " + decision);
        }

        @Override
        public void hazard(io.covenant.transactions.BranchId branch) {
            events.add("hazard " + branch.name());
        }

        @Override
        public void retried(CommitProtocol protocol, Retried what) {
            retried.add(what);
        }
    }
}
