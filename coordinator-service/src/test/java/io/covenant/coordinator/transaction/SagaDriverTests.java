package io.covenant.coordinator.transaction;

import static io.covenant.coordinator.ModelSteps.failed;
import static io.covenant.coordinator.ModelSteps.refused;
import static io.covenant.coordinator.Plans.pivot;
import static io.covenant.coordinator.Plans.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ModelSteps;
import io.covenant.coordinator.ModelSteps.Held;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.Traces;
import io.covenant.coordinator.ownership.Incarnation;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.saga.RetryPolicy;
import io.covenant.transactions.saga.Saga;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The shell of sagas, with scripted services and a store in memory that fails when it is told to.
@Timeout(120)
class SagaDriverTests {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofSeconds(3);

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final ModelSteps steps = services.steps();
    private final List<String> raised = new CopyOnWriteArrayList<>();
    private final List<Transactions> coordinators = new ArrayList<>();
    private final Incarnation self = Incarnation.of("coordinator-1");
    private final Transactions transactions = coordinator(self);

    private Transactions coordinator(Incarnation incarnation) {
        return coordinator(incarnation, TransactionSettings.defaults());
    }

    private Transactions coordinator(Incarnation incarnation, TransactionSettings settings) {
        store.lives(incarnation);
        var coordinator = new Transactions(
                store,
                services,
                incarnation,
                settings,
                new TransactionListener() {
                    @Override
                    public void raised(BranchId step, Refusal why) {
                        raised.add(step.name() + " " + why.code());
                    }
                },
                CrashPoints.none(),
                InstantSource.system(),
                System::nanoTime,
                new AtomicInteger(),
                Duration.ofDays(7));
        coordinators.add(coordinator);
        return coordinator;
    }

    @AfterEach
    void close() {
        coordinators.forEach(Transactions::close);
        for (var coordinator : coordinators) {
            for (var transaction : coordinator.list(new TransactionQuery(null, null, null, 100))) {
                store.sagas()
                        .read(new TransactionId(transaction.id()))
                        .ifPresent(entry ->
                                Traces.requireAllowed(transaction, entry.plan().saga()));
            }
        }
    }

    // ---- forward

    @Test
    void doesTheStepsInTheOrderOfTheGraph() {
        var together = new CyclicBarrier(2);
        steps.onCall(call -> {
            if (call.step().name().equals("a") || call.step().name().equals("b")) {
                meet(together); // neither is answered before both are asked
            }
            return null;
        });

        var plan =
                Plans.saga(DEADLINE, step("a"), step("b"), pivot("c", "a", "b").asPivot(), pivot("d", "c"));
        var transaction = decided(transactions.run(plan));

        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transaction.protocol()).isEqualTo("SAGA");
        assertThat(transaction.branches())
                .extracting(TransactionResource.Branch::state)
                .containsOnly(BranchState.DONE);
        assertThat(steps.calls()).hasSize(4).endsWith("act do-c", "act do-d");
        assertThat(events(transaction))
                .startsWith("begun", "act-sent a", "act-sent b")
                .endsWith("act-sent c", "done c", "decision-proposed", "act-sent d", "done d", "decided", "finished");
        assertThat(View.of(store.find(id(transaction)).orElseThrow()))
                .usingRecursiveComparison()
                .isEqualTo(transaction);
        assertThat(steps.asked()).allSatisfy(call -> {
            assertThat(call.requestId()).isEqualTo("request-1");
            assertThat(call.payload())
                    .hasToString("{\"step\":\"%s\"}".formatted(call.step().name()));
        });
    }

    @Test
    void goesForwardPastThePivotHoweverOftenAStepFails() {
        steps.onCall(call -> call.step().name().equals("b") && steps.count("act do-b") <= 2 ? failed() : null);

        var transaction =
                decided(transactions.run(Plans.saga(DEADLINE, pivot("a").asPivot(), pivot("b", "a"))));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(steps.calls()).containsExactly("act do-a", "act do-b", "act do-b", "act do-b");
        assertThat(store.register(id(transaction)))
                .get()
                .extracting(Register::decision)
                .isEqualTo(Decision.COMMIT);
    }

    @Test
    void neverTurnsBackWhereItMayOnlyGoForward() {
        steps.onCall(call -> call.operation().equals("do-a") && steps.count("act do-a") <= 2 ? failed() : null);

        var transaction = decided(transactions.run(
                Plans.saga(DEADLINE, new Saga("settle", Saga.Recovery.FORWARD, List.of(pivot("a"), pivot("b"))))));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(store.register(id(transaction))).isEmpty();
    }

    @Test
    void tellsTheClientToAskLaterWhenStepsAreNotDoneAtTheDeadline() {
        var slow = new CountDownLatch(1);
        steps.onCall(call -> {
            if (call.step().name().equals("b")) {
                hold(slow);
            }
            return null;
        });
        var plan = Plans.saga(SHORT, pivot("a").asPivot(), pivot("b", "a"));

        var answer = transactions.run(plan);

        assertThat(answer).isInstanceOf(RunAnswer.Undecided.class);
        var shown = ((RunAnswer.Undecided) answer).transaction();
        assertThat(shown.state()).isEqualTo(State.EXECUTING);
        assertThat(shown.outcome()).isNull();
        assertThat(states(shown)).containsExactly(BranchState.DONE, BranchState.WORKING);
        assertThat(transactions.outcome(plan.id())).hasValue(new OutcomeReply(Outcome.UNDECIDED, 1000L));
        slow.countDown();
        await().untilAsserted(() -> assertThat(
                        transactions.outcome(plan.id()).orElseThrow().outcome())
                .isEqualTo(Outcome.COMMITTED));
        assertThat(decided(transactions.run(plan)).state()).isEqualTo(State.COMMITTED);
    }

    // ---- backward

    @Test
    void compensatesInReverseOrderWhenAStepRefuses() {
        steps.onCall(call -> call.operation().equals("do-c") ? refused("out-of-stock") : null);
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a"), step("c", "b"));

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.refusal())
                .isEqualTo(new TransactionResource.BranchRefusal(
                        "c", "out-of-stock", "For a reason.", Map.of("sku", "A-1")));
        await().until(() -> transactions.unfinished() == 0);
        assertThat(steps.calls())
                .containsExactly("act do-a", "act do-b", "act do-c", "undo undo-c", "undo undo-b", "undo undo-a");
        assertThat(steps.held()).isEqualTo(Map.of("a", Held.UNDONE, "b", Held.UNDONE, "c", Held.FENCED));
        var shown = transactions.find(plan.id()).orElseThrow();
        assertThat(shown.state()).isEqualTo(State.ABORTED);
        assertThat(shown.refusal()).isEqualTo(transaction.refusal());
        assertThat(states(shown)).containsOnly(BranchState.UNDONE);
        assertThat(events(shown))
                .containsSubsequence(
                        "refused c",
                        "decision-proposed",
                        "decided",
                        "undo-sent c",
                        "undone c",
                        "undo-sent b",
                        "undone b",
                        "undo-sent a",
                        "undone a",
                        "finished");
    }

    @Test
    void answersAbortedAtTheDecisionAndCompensatesAfterwards() {
        var slow = new CountDownLatch(1);
        steps.onCall(call -> {
            if (call.ask() == Ask.UNDO) {
                hold(slow);
            }
            return call.operation().equals("do-b") ? refused("no-credit") : null;
        });
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a"));

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.state()).isEqualTo(State.COMPENSATING);
        assertThat(states(transaction)).containsOnly(BranchState.UNDOING);
        assertThat(transactions.outcome(plan.id()).orElseThrow().outcome()).isEqualTo(Outcome.ABORTED);
        slow.countDown();
        await().until(() -> transactions.unfinished() == 0);
    }

    @Test
    void turnsBackAtItsDeadlineAndMindsNoAnswerThatComesLate() {
        var slow = new CountDownLatch(1);
        steps.onCall(call -> {
            if (call.operation().equals("do-b")) {
                hold(slow);
                return new SagaAnswer.Succeeded();
            }
            return null;
        });
        var plan = Plans.saga(SHORT, step("a"), step("b", "a"), step("c", "b"));

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.refusal()).isNull();
        assertThat(events(transaction)).contains("deadline-passed");
        slow.countDown();
        await().until(() -> transactions.unfinished() == 0);
        assertThat(steps.held()).isEqualTo(Map.of("a", Held.UNDONE, "b", Held.FENCED));
        assertThat(steps.count("act do-c")).isZero();
    }

    @Test
    void turnsBackWhenAStepFailsAsOftenAsItMay() {
        steps.onCall(call -> call.operation().equals("do-b") ? failed() : null);

        var transaction = decided(transactions.run(Plans.saga(DEADLINE, step("a"), step("b", "a"))));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.refusal()).isNotNull();
        assertThat(transaction.refusal().code()).isEqualTo("broken");
        assertThat(steps.count("act do-b")).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fencesAPivotOfWhichItDoesNotKnowWhetherItIsDone(boolean done) {
        steps.onCall(call -> {
            if (call.operation().equals("do-p") && call.ask() == Ask.ACT) {
                if (done) {
                    steps.askHonestly(call);
                }
                return failed();
            }
            return null;
        });

        var plan = Plans.saga(DEADLINE, step("a"), pivot("p", "a").asPivot(), pivot("z", "p"));
        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(done ? Outcome.COMMITTED : Outcome.ABORTED);
        await().until(() -> transactions.unfinished() == 0);
        assertThat(steps.calls()).contains("fence do-p");
        assertThat(steps.held())
                .isEqualTo(
                        done
                                ? Map.of("a", Held.DONE, "p", Held.DONE, "z", Held.DONE)
                                : Map.of("a", Held.UNDONE, "p", Held.FENCED));
    }

    // ---- stuck

    @Test
    void waitsForAPersonWhenACompensationFailsForGoodAndGoesOnThen() {
        var broken = new AtomicBoolean(true);
        steps.onCall(call -> call.operation().equals("do-b")
                ? refused("no-credit")
                : broken.get() && call.operation().equals("undo-a") ? refused("already-shipped") : null);
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a"));

        assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.ABORTED);
        await().until(() -> transactions.stuck() == 1);

        var stuck = transactions.find(plan.id()).orElseThrow();
        assertThat(stuck.state()).isEqualTo(State.STUCK);
        assertThat(states(stuck)).containsExactly(BranchState.STUCK, BranchState.UNDONE);
        assertThat(stuck.branches().getFirst().detail()).isEqualTo("tried 1 times: already-shipped: For a reason.");
        assertThat(stuck.refusal()).isNotNull();
        assertThat(stuck.refusal().code()).isEqualTo("no-credit");
        assertThat(raised).containsExactly("a already-shipped");
        assertThat(View.of(store.find(plan.id()).orElseThrow()).state()).isEqualTo(State.STUCK);
        assertThat(transactions.list(new TransactionQuery(State.STUCK, null, null, 10)))
                .extracting(TransactionResource::id)
                .containsExactly(plan.id().value());
        assertThat(transactions.pursuitOf(plan.id())).hasValue(new Pursuit(1, Optional.empty()));
        assertThat(transactions.drain(Duration.ofMillis(1))).isFalse();

        broken.set(false);
        assertThat(transactions.retryNow(plan.id())).isTrue();

        await().until(() -> transactions.unfinished() == 0);
        var shown = transactions.find(plan.id()).orElseThrow();
        assertThat(shown.state()).isEqualTo(State.ABORTED);
        assertThat(events(shown)).containsSubsequence("stuck", "resumed", "undone a", "finished");
    }

    @Test
    void triesAtOnceWhatItWouldHaveTriedLater() {
        var patient = new RetryPolicy(9, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(2));
        steps.onCall(call -> steps.count("act do-a") == 1 ? failed() : null);
        var plan = Plans.saga(DEADLINE, step("a").retried(patient));
        var answer = CompletableFuture.supplyAsync(() -> transactions.run(plan));
        await().until(() -> transactions
                .pursuitOf(plan.id())
                .flatMap(Pursuit::nextAttempt)
                .filter(next -> next.compareTo(Duration.ofMinutes(29)) > 0)
                .isPresent());

        transactions.retryNow(plan.id());

        assertThat(answer.thenApply(SagaDriverTests::decided))
                .succeedsWithin(DEADLINE)
                .satisfies(transaction -> assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED));
    }

    // ---- steps that report later

    private static final RetryPolicy REPORTS =
            new RetryPolicy(2, Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(2));

    @Test
    void waitsForTheReportOfAStepThatWasOnlyAccepted() {
        steps.onCall(call -> call.operation().equals("do-a") ? new SagaAnswer.Accepted() : null);
        var plan = Plans.saga(DEADLINE, step("a").retried(REPORTS), step("b", "a"));
        var answer = CompletableFuture.supplyAsync(() -> transactions.run(plan));
        var accepted = await().until(
                        () -> transactions.find(plan.id()),
                        found -> found.stream().anyMatch(shown -> states(shown).getFirst() == BranchState.ACCEPTED))
                .orElseThrow();
        assertThat(accepted.state()).isEqualTo(State.EXECUTING);
        assertThat(transactions.report(new BranchId(plan.id(), new Attempt(1), "a"), Optional.empty()))
                .isFalse();

        assertThat(transactions.report(gid(accepted, 0), Optional.empty())).isTrue();

        assertThat(answer.thenApply(SagaDriverTests::decided))
                .succeedsWithin(DEADLINE)
                .satisfies(transaction -> {
                    assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
                    assertThat(events(transaction))
                            .containsSubsequence("accepted a", "reported a", "act-sent b", "done b");
                });
        assertThat(steps.count("act do-a")).isEqualTo(1);
    }

    @Test
    void turnsBackWhenTheReportSaysThatItCouldNotBeDone() {
        steps.onCall(call -> call.operation().equals("do-b") ? new SagaAnswer.Accepted() : null);
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a").retried(REPORTS));
        var answer = CompletableFuture.supplyAsync(() -> transactions.run(plan));
        var accepted = await().until(
                        () -> transactions.find(plan.id()),
                        found -> found.stream().anyMatch(shown -> states(shown).getLast() == BranchState.ACCEPTED))
                .orElseThrow();

        transactions.report(gid(accepted, 1), Optional.of(Refusal.of("card-declined", "No.")));

        assertThat(answer.thenApply(SagaDriverTests::decided))
                .succeedsWithin(DEADLINE)
                .satisfies(transaction -> {
                    assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
                    assertThat(transaction.refusal()).isNotNull();
                    assertThat(transaction.refusal().code()).isEqualTo("card-declined");
                });
        await().until(() -> transactions.unfinished() == 0);
        assertThat(steps.held()).isEqualTo(Map.of("a", Held.UNDONE, "b", Held.FENCED));
    }

    @Test
    void asksAnAcceptedStepNowAndThenAndHearsThatItIsDone() {
        steps.onCall(call -> steps.count("act do-a") < 5 ? new SagaAnswer.Accepted() : null);

        var transaction = decided(transactions.run(Plans.saga(DEADLINE, step("a"))));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(steps.count("act do-a")).isEqualTo(5);
        assertThat(events(transaction).stream().filter("act-sent a"::equals)).hasSize(1);
    }

    @Test
    void letsNobodyWaitAsLongAsItsDeadlineMayBe() {
        steps.onCall(_ -> new SagaAnswer.Accepted());
        var impatient = coordinator(
                Incarnation.of("coordinator-2"),
                Settings.with(Map.of("default-deadline", "100ms", "max-deadline", "200ms", "max-undecided", "1")));
        var plan = Plans.saga(Duration.ofHours(20), step("a").retried(REPORTS));

        var answer = impatient.run(plan);

        assertThat(answer).isInstanceOf(RunAnswer.Undecided.class);
        await().until(() -> impatient.undecided() == 0);
        assertThat(impatient.find(plan.id()).orElseThrow().state()).isEqualTo(State.EXECUTING);
        assertThat(impatient.drain(Duration.ofSeconds(20)))
                .as("waits for nobody")
                .isFalse();
    }

    // ---- the store

    @Test
    void asksUntilItKnowsThatItIsBegunAndDecided() {
        store.fail(2);
        steps.onCall(_ -> {
            store.fail(3);
            return null;
        });

        var transaction = decided(transactions.run(Plans.saga(DEADLINE, step("a"))));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(steps.calls()).containsExactly("act do-a");
    }

    @Test
    void sendsNothingThatCouldNotBeBegunInTime() {
        store.fail(3);

        var answer = transactions.run(Plans.saga(Duration.ofMillis(50), step("a")));

        assertThat(answer).isInstanceOf(RunAnswer.NotBegun.class);
        assertThat(steps.calls()).isEmpty();
        assertThat(transactions.unfinished()).isZero();
    }

    @Test
    void sendsNothingOfWhatIsDecidedAlready() {
        var plan = Plans.saga(DEADLINE, step("a"));
        assertThat(transactions.outcome(plan.id()).orElseThrow().outcome()).isEqualTo(Outcome.ABORTED);

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(transaction.state()).isEqualTo(State.ABORTED);
        assertThat(steps.calls()).isEmpty();
    }

    @Test
    void leavesPausedServicesInPeace() {
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a"));
        steps.onCall(call -> {
            if (call.operation().equals("do-a")) {
                transactions.pause(Set.of("orders"));
            }
            return null;
        });
        var answer = CompletableFuture.supplyAsync(() -> transactions.run(plan));
        await().until(() -> transactions.find(plan.id()).stream()
                .anyMatch(shown -> states(shown).contains(BranchState.DONE)));
        assertThat(steps.calls()).containsExactly("act do-a");

        transactions.pause(Set.of());

        assertThat(answer.thenApply(SagaDriverTests::decided)).succeedsWithin(DEADLINE);
    }

    // ---- two coordinators

    /// The owner is gone while it waits for the answer to one of its questions; another goes on.
    @ParameterizedTest
    @ValueSource(strings = {"act do-a", "act do-b", "act do-p", "fence do-p", "act do-z", "undo undo-b", "undo undo-a"})
    void goesOnWhereAnotherCoordinatorStopped(String dying) {
        var turnsBack = dying.startsWith("undo");
        var stopped = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        steps.onCall(call -> {
            var asked = "%s %s".formatted(call.ask().name().toLowerCase(Locale.ROOT), call.operation());
            if (asked.equals(dying) && stopped.getCount() > 0) {
                stopped.countDown();
                hold(goOn);
            }
            if (dying.startsWith("fence") && asked.equals("act do-p")) {
                return failed();
            }
            return turnsBack && asked.equals("act do-p") ? refused("no") : null;
        });
        var plan =
                Plans.saga(DEADLINE, step("a"), step("b", "a"), pivot("p", "b").asPivot(), pivot("z", "p"));
        var _ = Thread.startVirtualThread(() -> transactions.run(plan));
        hold(stopped);
        transactions.abandon();
        store.dies(self);

        var successor = coordinator(Incarnation.of("coordinator-2"));
        assertThat(successor.takeOver(10)).isEqualTo(1);

        var decision = turnsBack || dying.startsWith("fence") ? Outcome.ABORTED : Outcome.COMMITTED;
        await().until(() -> successor.unfinished() == 0);
        goOn.countDown();
        var shown = successor.find(plan.id()).orElseThrow();
        assertThat(shown.outcome()).isEqualTo(decision);
        assertThat(shown.owner()).isEqualTo("coordinator-2");
        assertThat(events(shown)).contains("taken-over", "finished");
        assertThat(steps.held())
                .isEqualTo(
                        decision == Outcome.COMMITTED
                                ? Map.of("a", Held.DONE, "b", Held.DONE, "p", Held.DONE, "z", Held.DONE)
                                : Map.of("a", Held.UNDONE, "b", Held.UNDONE, "p", Held.FENCED));
        assertThat(decided(successor.run(plan)).outcome()).isEqualTo(decision);
    }

    @Test
    void dropsOutWhereAnotherCoordinatorOwnsTheSaga() {
        var stopped = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        steps.onCall(call -> {
            if (call.operation().equals("do-b") && stopped.getCount() > 0) {
                stopped.countDown();
                hold(goOn);
                return refused("out-of-stock"); // of which only the first owner hears
            }
            return null;
        });
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a"));
        var answer = CompletableFuture.supplyAsync(() -> transactions.run(plan));
        hold(stopped);
        store.dies(self); // it lives, and nobody knows

        var successor = coordinator(Incarnation.of("coordinator-2"));
        assertThat(successor.takeOver(10)).isEqualTo(1);
        await().until(() -> successor.unfinished() == 0);
        goOn.countDown();

        await().until(() -> transactions.unfinished() == 0);
        assertThat(answer.thenApply(SagaDriverTests::decided))
                .succeedsWithin(DEADLINE)
                .satisfies(transaction -> assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED));
        assertThat(steps.calls()).doesNotContain("undo undo-a", "undo undo-b");
    }

    @Test
    void beginsAnewWithWhatTheJournalSaysWhereItHasASagaBack() {
        var stopped = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        steps.onCall(call -> {
            if (call.operation().equals("do-b") && stopped.getCount() > 0) {
                stopped.countDown();
                hold(goOn);
                return refused("out-of-stock");
            }
            return null;
        });
        var plan = Plans.saga(DEADLINE, step("a"), step("b", "a"));
        var answer = CompletableFuture.supplyAsync(() -> transactions.run(plan));
        hold(stopped);
        await().until(() -> !store.find(plan.id()).orElseThrow().branches().isEmpty());
        var other = Incarnation.of("coordinator-2");
        store.dies(self);
        assertThat(store.claim(other, false, 10)).hasSize(1);
        store.lives(self);

        assertThat(transactions.takeOver(10)).isZero(); // it is here already, in another epoch

        assertThat(answer.thenApply(SagaDriverTests::decided))
                .succeedsWithin(DEADLINE)
                .satisfies(transaction -> assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED));
        goOn.countDown();
        assertThat(steps.count("act do-b")).isEqualTo(2);
    }

    // ---- small change

    private static TransactionId id(TransactionResource transaction) {
        return new TransactionId(transaction.id());
    }

    private static BranchId gid(TransactionResource transaction, int branch) {
        return BranchId.parse(transaction.branches().get(branch).gid()).orElseThrow();
    }

    private static List<BranchState> states(TransactionResource transaction) {
        return transaction.branches().stream()
                .map(TransactionResource.Branch::state)
                .toList();
    }

    private static List<String> events(TransactionResource transaction) {
        return transaction.timeline().stream()
                .map(event -> event.branch() == null ? event.event() : event.event() + " " + event.branch())
                .toList();
    }

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }

    private static void hold(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
