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
import io.covenant.coordinator.transaction.Participants.SiteAnswer;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.saga.SagaAnswer;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.OutcomeReply.Outcome;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Three-phase commit over a store and services in memory.
@Timeout(120)
class ThreePhaseDriverTests {

    private static final Duration DEADLINE = Duration.ofSeconds(3);
    private static final SortedMap<String, String> ELECTORATE =
            new TreeMap<>(Map.of("orders", "orders", "inventory", "inventory"));

    private final InMemoryTransactionStore store = new InMemoryTransactionStore();
    private final ModelParticipants services = new ModelParticipants("orders", "inventory");
    private final List<Transactions> all = new ArrayList<>();
    private final AtomicInteger elections = new AtomicInteger();
    private final Transactions transactions = coordinator("coordinator-1");

    private Transactions coordinator(String node) {
        return coordinator(node, CrashPoints.none(), TransactionSettings.defaults());
    }

    private Transactions coordinator(String node, CrashPoints crashPoints, TransactionSettings settings) {
        return coordinator(node, services, crashPoints, settings);
    }

    private Transactions coordinator(
            String node, Participants participants, CrashPoints crashPoints, TransactionSettings settings) {
        var made = new Transactions(
                store,
                participants,
                Incarnation.of(node),
                settings,
                new TransactionListener() {
                    @Override
                    public void stands(io.covenant.transactions.TransactionId transaction) {
                        elections.incrementAndGet();
                    }
                },
                crashPoints,
                InstantSource.system(),
                System::nanoTime,
                new AtomicInteger(),
                Duration.ofDays(8));
        all.add(made);
        return made;
    }

    @AfterEach
    void close() {
        all.forEach(Transactions::close);
        all.forEach(Traces::requireAllowed);
    }

    @Test
    void commitsInThreePhases() {
        var transaction = decided(transactions.run(order("orders", "inventory")));

        assertThat(transaction.protocol()).isEqualTo("THREE_PHASE");
        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(transaction.branches())
                .extracting(TransactionResource.Branch::state)
                .containsOnly(BranchState.COMMITTED);
        assertThat(services.branches()).hasSize(2).containsValues(Held.COMMITTED, Held.COMMITTED);
        assertThat(events(transaction))
                .containsSubsequence(
                        "begun",
                        "votes-in",
                        "attempt",
                        "moved",
                        "moved",
                        "decided",
                        "told",
                        "acknowledged",
                        "finished");
        assertThat(elections).hasValue(0);
        await().until(() -> transactions.unfinished() == 0);
        assertThat(View.of(store.find(id(transaction)).orElseThrow()).state()).isEqualTo(State.COMMITTED);
        assertThat(store.register(id(transaction)).orElseThrow().sealed()).isEqualTo(ELECTORATE);
    }

    @Test
    void asksTheCoordinatorsSiteFirst() {
        List<String> asked = new CopyOnWriteArrayList<>();
        services.onAsk((branch, _) -> {
            var standing =
                    store.site().read(branch.transaction(), branch.attempt()).standing();
            asked.add(standing.position().name());
            return null;
        });
        decided(transactions.run(order("orders", "inventory")));
        assertThat(asked).isNotEmpty().first().isEqualTo("PRE_COMMITTED");
    }

    @Test
    void abortsWhenABranchRefuses() {
        services.onPrepare(
                preparation -> preparation.service().equals("inventory") ? ModelParticipants.no("out-of-stock") : null);

        var transaction = decided(transactions.run(order("orders", "inventory")));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(Objects.requireNonNull(transaction.refusal()).code()).isEqualTo("out-of-stock");
        await().until(() -> transactions.unfinished() == 0);
        assertThat(services.branches().values()).doesNotContain(Held.COMMITTED, Held.PREPARED);
        assertThat(services.calls("attempt")).isZero();
        assertThat(store.register(id(transaction))).isEmpty();
        assertThat(transactions.outcome(id(transaction))).contains(new OutcomeReply(Outcome.ABORTED, null));
    }

    @Test
    void abortsAtTheDeadline() {
        services.onPrepare(preparation ->
                preparation.service().equals("inventory") ? new PrepareAnswer.Unsettled("ongoing") : null);

        var transaction = decided(transactions.run(order(DEADLINE, "orders", "inventory")));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(events(transaction)).contains("deadline-passed");
        await().untilAsserted(
                        () -> assertThat(services.branches()).hasSize(2).containsValues(Held.ABORTED, Held.ABORTED));
    }

    @Test
    void commitsWithoutPhasesWhenNobodyWrote() {
        services.onPrepare(_ -> new PrepareAnswer.Voted(new io.covenant.transactions.Vote.ReadOnly()));

        var transaction = decided(transactions.run(order("orders", "inventory")));

        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(services.calls("attempt")).isZero();
        assertThat(services.calls("finish")).isZero();
        assertThat(transaction.branches())
                .extracting(TransactionResource.Branch::state)
                .containsOnly(BranchState.READ_ONLY);
    }

    @Test
    void goesOnWithoutABranchThatIsSilentOnceAQuorumHasMoved() {
        var away = new AtomicBoolean(true);
        services.onAsk(
                (branch, _) -> branch.name().equals("inventory") && away.get() ? new SiteAnswer.Silent("away") : null);
        services.onFinishRequest(
                service -> service.equals("inventory") && away.get() ? new FinishAnswer.Unanswered("away") : null);
        var plan = order("orders", "inventory");
        var running = CompletableFuture.supplyAsync(() -> transactions.run(plan), Thread::startVirtualThread);

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(store.register(plan.id())).isPresent());
        await().untilAsserted(() -> assertThat(services.branches()).containsValues(Held.COMMITTED, Held.PREPARED));
        away.set(false);

        assertThat(decided(running.join()).state()).isEqualTo(State.COMMITTED);
    }

    @Test
    void showsAHazard() {
        services.onFinish((branch, _) -> branch.name().equals("inventory")
                ? new Settled(branch.gid(), io.covenant.transactions.wire.FinishReply.Result.HAZARD, null, "it is gone")
                : null);
        var transaction = decided(transactions.run(order("orders", "inventory")));
        assertThat(transaction.state()).isEqualTo(State.HAZARD);
        assertThat(transaction.branches().get(1).detail()).isEqualTo("it is gone");
    }

    // The database of the coordinators.

    @Test
    void answersTheClientWhenAQuorumHasMovedAlthoughTheDatabaseFallsSilent() {
        services.onAsk((_, request) -> {
            if (request instanceof Request.Attempt) {
                store.site().away(true);
            }
            return null;
        });
        var plan = order(DEADLINE, "orders", "inventory");

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(services.branches()).containsValues(Held.COMMITTED, Held.COMMITTED);
        store.site().away(false);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(store.register(plan.id())).isPresent());
        await().until(() -> transactions.unfinished() == 0);
    }

    @Test
    void neverCommitsAnAttemptWhoseRecordIsLost() {
        var plan = order("orders");
        services.onPrepare(_ -> {
            store.lose(plan.id());
            return null;
        });

        var transaction = decided(transactions.run(plan));

        assertThat(transaction.outcome()).isEqualTo(Outcome.ABORTED);
        assertThat(store.register(plan.id()).orElseThrow().decision()).isEqualTo(Decision.ABORT);
        assertThat(services.branches()).containsValue(Held.ABORTED);
    }

    // Coordinators that die.

    @Test
    void anotherCommitsWhatWasPreCommittedBeforeItsCoordinatorDied() {
        var plan = order("orders", "inventory");
        dieOnce("orders", plan, Position.PRE_COMMITTED);
        var heir = coordinator("coordinator-2");

        assertThat(heir.takeOver(10)).isEqualTo(1);

        await().untilAsserted(() ->
                assertThat(heir.find(plan.id()).orElseThrow().state()).isEqualTo(State.COMMITTED));
        assertThat(services.branches()).containsValues(Held.COMMITTED, Held.COMMITTED);
        assertThat(elections.get()).isPositive();
        assertThat(events(heir.find(plan.id()).orElseThrow())).contains("taken-over", "election", "attempt");
    }

    @Test
    void anotherAbortsWhatNobodyHadPreCommitted() {
        var plan = order("orders", "inventory");
        dieOnce("orders", plan, Position.WAITING);
        var heir = coordinator("coordinator-2");

        assertThat(heir.takeOver(10)).isEqualTo(1);

        await().untilAsserted(() ->
                assertThat(heir.find(plan.id()).orElseThrow().state()).isEqualTo(State.ABORTED));
        assertThat(services.branches().values()).doesNotContain(Held.PREPARED, Held.COMMITTED);
    }

    @Test
    void anotherFinishesTheTellingOfAnAbort() {
        var plan = order("orders", "inventory");
        services.onPrepare(
                preparation -> preparation.service().equals("inventory") ? ModelParticipants.no("out-of-stock") : null);
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        assertThat(decided(transactions.run(plan)).outcome()).isEqualTo(Outcome.ABORTED);
        transactions.abandon();
        services.onFinishRequest(_ -> null);
        var heir = coordinator("coordinator-2");

        assertThat(heir.takeOver(10)).isEqualTo(1);

        await().untilAsserted(() ->
                assertThat(heir.find(plan.id()).orElseThrow().state()).isEqualTo(State.ABORTED));
        assertThat(services.branches()).containsValue(Held.ABORTED);
        assertThat(services.calls("elect")).isZero();
    }

    @Test
    void anotherTellsWhatIsDecidedWithoutAnElection() {
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("away"));
        var plan = order("orders", "inventory");
        var _ = CompletableFuture.supplyAsync(() -> transactions.run(plan), Thread::startVirtualThread);
        await().until(() -> store.register(plan.id()).isPresent());
        transactions.abandon();
        services.onFinishRequest(_ -> null);
        var heir = coordinator("coordinator-2");

        assertThat(heir.takeOver(10)).isEqualTo(1);

        assertThat(heir.outcome(plan.id())).contains(new OutcomeReply(Outcome.COMMITTED, null));
        await().until(() -> heir.unfinished() == 0);
        assertThat(services.branches()).hasSize(2).containsValues(Held.COMMITTED, Held.COMMITTED);
        assertThat(services.calls("elect")).isZero();
        assertThat(events(heir.find(plan.id()).orElseThrow())).containsSubsequence("begun", "decided", "taken-over");
    }

    @Test
    void anotherEndsAThousandAsFastAsOneServiceAtATimeAllows() {
        services.onAsk((_, _) -> new SiteAnswer.Silent("away"));
        var plans = Stream.generate(() -> order(Duration.ofSeconds(20), "orders", "inventory"))
                .limit(1000)
                .toList();
        plans.forEach(plan -> Thread.startVirtualThread(() -> {
            var _ = transactions.run(plan);
        }));
        await().until(() -> services.branches().size() == 2000);
        transactions.abandon();
        services.onAsk((_, _) -> null);
        var counting = new Counting(services); // what is still asked by the dead one is not counted
        var heir = coordinator("coordinator-2", counting, CrashPoints.none(), TransactionSettings.defaults());

        while (heir.takeOver(200) > 0) {}

        await().until(() -> heir.unfinished() == 0);
        assertThat(services.branches().values()).hasSize(2000).doesNotContain(Held.PREPARED);
        assertThat(counting.mostAtOnce).hasPositiveValue().hasValueLessThanOrEqualTo(2 * Questions.AT_A_TIME);
    }

    // Participants that ask.

    @Test
    void terminatesForAParticipantAsAQuorumOfDatabasesSaysWhileThatOfTheCoordinatorsIsSilent() {
        var plan = order("orders", "inventory");
        dieOnce("inventory", plan, Position.PRE_COMMITTED);
        store.site().away(true);
        var branch = someBranch();
        var other = coordinator("coordinator-2");

        assertThat(other.terminate(branch, ELECTORATE)).hasValueSatisfying(reply -> {
            assertThat(reply.decided()).isNull();
            assertThat(reply.retryAfterMillis()).isPositive();
        });

        // Of three databases two answer: enough.
        await().untilAsserted(() -> assertThat(services.branches().values()).containsOnly(Held.COMMITTED));
        assertThat(Objects.requireNonNull(other.terminate(branch, ELECTORATE)
                                .orElseThrow()
                                .decided())
                        .decision())
                .isEqualTo(Decision.COMMIT);
        store.site().away(false);
        await().ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(store.register(plan.id()).orElseThrow().decision())
                                .isEqualTo(Decision.COMMIT));
    }

    @Test
    void decidesNothingWhereNoQuorumAnswers() {
        var plan = order("orders", "inventory");
        dieOnce("inventory", plan, Position.PRE_COMMITTED);
        store.site().away(true);
        services.onAsk((branch, _) -> branch.name().equals("orders") ? new SiteAnswer.Silent("away") : null);

        coordinator("coordinator-2").terminate(someBranch(), ELECTORATE);
        await().during(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(services.branches().values()).containsOnly(Held.PREPARED));

        services.onAsk((_, _) -> null);
        await().untilAsserted(() -> assertThat(services.branches().values()).containsOnly(Held.COMMITTED));
    }

    @Test
    void leavesAParticipantToItsCoordinatorUntilTheDeadline() {
        services.onAsk((_, _) -> new SiteAnswer.Silent("away"));
        var plan = order("orders", "inventory");
        var running = CompletableFuture.supplyAsync(() -> transactions.run(plan), Thread::startVirtualThread);
        await().until(() -> services.calls("attempt") > 0);
        var branch = someBranch();

        var reply = coordinator("coordinator-2").terminate(branch, ELECTORATE).orElseThrow();

        assertThat(reply.retryAfterMillis()).isBetween(500L, 20_000L);
        assertThat(services.calls("elect")).isZero();
        services.onAsk((_, _) -> null);
        assertThat(decided(running.join()).outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(transactions.terminate(branch, ELECTORATE).orElseThrow().decided())
                .isEqualTo(new io.covenant.transactions.wire.DecidedOutcome(
                        Decision.COMMIT,
                        services.branches().keySet().stream()
                                .sorted()
                                .map(BranchId::gid)
                                .toList()));
    }

    @Test
    void abortsWhatNobodyRemembers() {
        var branch = new BranchId(Plans.id(), new Attempt(5), "orders");
        services.askHonestly(Asking.PREPARE, branch);
        var reply = transactions.terminate(branch, ELECTORATE).orElseThrow();
        assertThat(reply.decided()).isNull();

        await().untilAsserted(() -> assertThat(services.branches()).containsEntry(branch, Held.ABORTED));
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(store.register(branch.transaction())
                                .orElseThrow()
                                .decision())
                        .isEqualTo(Decision.ABORT));
    }

    @Test
    void terminatesNothingUnderAnotherProtocol() {
        var plan = Plans.order("orders", "inventory");
        decided(transactions.run(plan));
        var branch = someBranch();
        assertThat(coordinator("coordinator-2").terminate(branch, ELECTORATE)).isEmpty();
    }

    @Test
    void putsUpNoTombstoneForWhoAsksForTheOutcome() {
        var plan = order(DEADLINE, "orders", "inventory");
        dieOnce("orders", plan, Position.PRE_COMMITTED);
        var branch = someBranch();
        var other = coordinator("coordinator-2");

        await().until(() -> other.outcome(branch).outcome() == Outcome.COMMITTED);
        assertThat(services.branches().values()).containsOnly(Held.COMMITTED);
        assertThat(other.outcome(plan.id())).contains(new OutcomeReply(Outcome.COMMITTED, null));
    }

    // Several at once.

    @RepeatedTest(10)
    void severalWhoTerminateAtOnceAgree() {
        var plan = order("orders", "inventory");
        dieOnce("orders", plan, Position.PRE_COMMITTED);
        var branch = someBranch();
        var others = List.of(coordinator("coordinator-2"), coordinator("coordinator-3"), coordinator("coordinator-4"));
        store.site().away(true); // so that all of them terminate rather than read
        var asking = others.stream()
                .map(other -> CompletableFuture.runAsync(
                        () -> {
                            var _ = other.terminate(branch, ELECTORATE);
                        },
                        Thread::startVirtualThread))
                .toList();
        asking.forEach(CompletableFuture::join);
        store.site().away(false);

        await().untilAsserted(() -> assertThat(services.branches().values()).containsOnly(Held.COMMITTED));
        await().ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(store.register(plan.id()).orElseThrow().decision())
                                .isEqualTo(Decision.COMMIT));
    }

    @Test
    void textbookTimeOutsDecideAloneOnlyWhenTheyAreAskedFor() {
        services.onAsk((_, _) -> new SiteAnswer.Silent("away"));
        var safe = transactions.run(order(DEADLINE, "orders", "inventory"));
        assertThat(safe).isInstanceOf(RunAnswer.Undecided.class);

        var textbook = coordinator(
                "coordinator-9", CrashPoints.none(), Settings.with(Map.of("unsafe-textbook-timeouts", "true")));
        assertThat(decided(textbook.run(order(DEADLINE, "orders", "inventory"))).outcome())
                .isEqualTo(Outcome.COMMITTED);
    }

    /// Counts how many questions one coordinator asks at a time.
    private static final class Counting implements Participants {

        final AtomicInteger mostAtOnce = new AtomicInteger();
        private final AtomicInteger atOnce = new AtomicInteger();
        private final ModelParticipants asked;

        Counting(ModelParticipants asked) {
            this.asked = asked;
        }

        @Override
        public SiteAnswer ask(String service, BranchId branch, Request request) {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            try {
                Thread.sleep(1);
                return asked.ask(service, branch, request);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new SiteAnswer.Silent("interrupted");
            } finally {
                atOnce.decrementAndGet();
            }
        }

        @Override
        public boolean knows(String service) {
            return asked.knows(service);
        }

        @Override
        public PrepareAnswer prepare(Preparation preparation) {
            return asked.prepare(preparation);
        }

        @Override
        public FinishAnswer finish(String service, Finish how, List<BranchId> branches) {
            return asked.finish(service, how, branches);
        }

        @Override
        public FinishAnswer tell(
                String service, Finish how, Map<BranchId, io.covenant.transactions.threephase.Outcome> outcomes) {
            return asked.tell(service, how, outcomes);
        }

        @Override
        public SagaAnswer step(StepCall call) {
            return asked.step(call);
        }
    }

    /// Runs a transaction whose coordinator dies when every branch is prepared.
    ///
    /// @param moved    the branch whose site has moved by then, as that of the coordinators has
    /// @param position where to; nobody has moved yet where it is `WAITING`
    private void dieOnce(String moved, TransactionPlan plan, Position position) {
        services.onAsk((branch, request) -> {
            if (branch.name().equals(moved) && position == Position.PRE_COMMITTED) {
                services.askHonestly(branch, request); // and the reply is lost
            }
            return new SiteAnswer.Silent("away");
        });
        services.onFinishRequest(_ -> new FinishAnswer.Unanswered("the coordinator is dead"));
        if (position == Position.WAITING) {
            services.onPrepare(preparation -> {
                if (preparation.service().equals("inventory")) {
                    services.askHonestly(Asking.PREPARE, preparation.branch());
                    return new PrepareAnswer.Unsettled("the vote is lost");
                }
                return null;
            });
        }
        var doomed = coordinator("coordinator-doomed");
        var _ = CompletableFuture.supplyAsync(() -> doomed.run(plan), Thread::startVirtualThread);
        await().until(() -> services.branches().size() == 2
                && (position == Position.WAITING
                        || services.standings().values().stream()
                                .anyMatch(standing -> standing.position() == Position.PRE_COMMITTED)));
        doomed.abandon();
        assertThat(services.branches().values()).containsOnly(Held.PREPARED);
        services.onPrepare(_ -> null);
        services.onAsk((_, _) -> null);
        services.onFinishRequest(_ -> null);
    }

    private BranchId someBranch() {
        return services.branches().keySet().stream().sorted().findFirst().orElseThrow();
    }

    private static TransactionPlan order(String... names) {
        return order(Duration.ofSeconds(20), names);
    }

    private static TransactionPlan order(Duration deadline, String... names) {
        return Plans.under(CommitProtocol.THREE_PHASE, Plans.order(Plans.id(), deadline, names));
    }

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }

    private static io.covenant.transactions.TransactionId id(TransactionResource transaction) {
        return new io.covenant.transactions.TransactionId(transaction.id());
    }

    private static List<String> events(TransactionResource transaction) {
        return transaction.timeline().stream()
                .map(TransactionResource.Event::event)
                .toList();
    }
}
