package io.covenant.coordinator.paxos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.covenant.coordinator.ModelParticipants;
import io.covenant.coordinator.ModelParticipants.Held;
import io.covenant.coordinator.Plans;
import io.covenant.coordinator.Traces;
import io.covenant.coordinator.transaction.CommitProtocol;
import io.covenant.coordinator.transaction.Participants.FinishAnswer;
import io.covenant.coordinator.transaction.Participants.PrepareAnswer;
import io.covenant.coordinator.transaction.QuorumTransactions.Inquiry;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.Ballot;
import io.covenant.transactions.paxoscommit.Outcome;
import io.covenant.transactions.paxoscommit.PaxosAttempts;
import io.covenant.transactions.paxoscommit.PaxosCommit;
import io.covenant.transactions.paxoscommit.Plan;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.wire.FinishReply.Result;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.OutcomeReply;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import io.covenant.transactions.wire.TransactionResource.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaxosTransactionsTests {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit gives it
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each
    private Group group;

    @BeforeEach
    void found() throws IOException {
        group = new Group(directory);
        for (var name : Group.MEMBERS.keySet()) {
            await().atMost(Group.soon())
                    .until(() -> group.node(name).admission().standing() == Admission.Standing.ADMITTED);
        }
    }

    @AfterEach
    void end() {
        try {
            Traces.requireAllowed(group.views());
        } finally {
            group.close();
        }
    }

    @Test
    void commitsWhatAllBranchesPrepare() {
        var plan = plan("orders", "inventory");

        var answer = run("coordinator-1", plan);

        var transaction = decided(answer);
        assertThat(transaction.state()).isEqualTo(State.COMMITTED);
        assertThat(transaction.outcome()).isEqualTo(OutcomeReply.Outcome.COMMITTED);
        assertThat(transaction.protocol()).isEqualTo("PAXOS_COMMIT");
        assertThat(transaction.branches())
                .allSatisfy(branch -> assertThat(branch.state()).isEqualTo(TransactionResource.BranchState.COMMITTED));
        assertThat(transaction.timeline())
                .extracting(TransactionResource.Event::event)
                .contains("begun", "decided");
        assertThat(group.services.branches().values()).containsOnly(Held.COMMITTED);
        assertThat(group.services.branches().keySet())
                .allSatisfy(branch ->
                        assertThat(PaxosAttempts.isOne(branch.attempt())).isTrue());
        awaitEnded();
    }

    @Test
    void showsTheWholeStoryAtEveryCoordinator() {
        var plan = plan("orders", "inventory");
        var transaction = decided(run("coordinator-1", plan));
        awaitEnded();

        for (var name : Group.MEMBERS.keySet()) {
            await().untilAsserted(() -> assertThat(
                            group.node(name).transactions().find(plan.id()))
                    .hasValueSatisfying(view -> {
                        assertThat(view.name()).isEqualTo(transaction.name());
                        assertThat(view.outcome()).isEqualTo(OutcomeReply.Outcome.COMMITTED);
                        assertThat(view.timeline())
                                .extracting(TransactionResource.Event::event)
                                .contains("begun", "decided", "finished");
                    }));
            assertThat(group.node(name).transactions().recent())
                    .extracting(TransactionResource::id)
                    .containsExactly(plan.id().value());
        }
    }

    @Test
    void showsWhatItsAcceptorKnowsOnceTheLeaderIsGone() {
        var plan = plan("orders", "inventory");
        run("coordinator-1", plan);
        awaitEnded();
        group.kill("coordinator-1");

        assertThat(group.node("coordinator-2").transactions().find(plan.id()))
                .hasValueSatisfying(view -> assertThat(view.outcome()).isEqualTo(OutcomeReply.Outcome.COMMITTED));
    }

    @Test
    void abortsWhenABranchRefusesAndSaysWhy() {
        group.services.onPrepare(preparation -> preparation.service().equals("inventory")
                ? ModelParticipants.no("out-of-stock")
                : group.prepare(preparation));

        var transaction = decided(run("coordinator-1", plan("orders", "inventory")));

        assertThat(transaction.outcome()).isEqualTo(OutcomeReply.Outcome.ABORTED);
        assertThat(transaction.refusal()).isNotNull().satisfies(refusal -> {
            assertThat(refusal.code()).isEqualTo("out-of-stock");
            assertThat(refusal.branch()).isEqualTo("inventory");
        });
        await().untilAsserted(
                        () -> assertThat(group.services.branches().values()).containsOnly(Held.ABORTED));
        awaitEnded();
    }

    @Test
    void asksBranchesInTurnWhenToldTo() {
        var plan = Plans.inTurn(plan("orders", "inventory"));

        assertThat(decided(run("coordinator-1", plan)).state()).isEqualTo(State.COMMITTED);

        assertThat(group.services.calls().indexOf("prepare orders"))
                .isLessThan(group.services.calls().indexOf("prepare inventory"));
    }

    @Test
    void answersARepetitionAtEveryCoordinatorAndRefusesAnotherBody() {
        var plan = plan("orders", "inventory");
        run("coordinator-1", plan);
        var other = new TransactionPlan(
                plan.id(), "another", plan.protocol(), plan.deadline(), false, plan.branches(), null);

        for (var name : Group.MEMBERS.keySet()) {
            assertThat(run(name, plan))
                    .isInstanceOfSatisfying(
                            RunAnswer.Decided.class,
                            replayed -> assertThat(replayed.transaction().outcome())
                                    .isEqualTo(OutcomeReply.Outcome.COMMITTED));
            assertThat(run(name, other)).isInstanceOf(RunAnswer.OtherBody.class);
        }
        assertThat(group.services.branches()).as("the branches of one attempt").hasSize(2);
    }

    /// A repetition may come to a coordinator that has not heard the end yet, and begins another attempt.
    @Test
    void showsTheAttemptThatWasDecidedWhereAnotherWasBegun() {
        var plan = plan("orders", "inventory");
        var first = decided(run("coordinator-1", plan));
        awaitEnded();
        var late = new BranchId(plan.id(), PaxosAttempts.of(77, plan.digest()), "orders");

        group.node("coordinator-2").leaders().begin(plan, new Plan(new TreeMap<>(Map.of(late, "orders"))));

        await().untilAsserted(() -> assertThat(
                        group.node("coordinator-2").leaders().view(plan.id()))
                .hasValueSatisfying(view -> {
                    assertThat(view.state()).isEqualTo(State.COMMITTED);
                    assertThat(view.attempt()).isEqualTo(first.attempt());
                    assertThat(view.branches())
                            .extracting(TransactionResource.Branch::name, TransactionResource.Branch::state)
                            .containsExactlyInAnyOrder(
                                    tuple("orders", BranchState.COMMITTED), tuple("inventory", BranchState.COMMITTED));
                    assertThat(view.timeline())
                            .extracting(TransactionResource.Event::event)
                            .containsExactly("begun", "overtaken", "decided", "finished");
                }));
        assertThat(group.services.branches()).doesNotContainKey(late);
    }

    @Test
    void asksForLostVotesOnceMore() {
        group.loseVotes(true);
        var plan = plan("orders", "inventory");
        var answer = CompletableFuture.supplyAsync(() -> run("coordinator-1", plan));
        await().until(() -> group.services.calls("prepare") >= 2);

        group.loseVotes(false);

        assertThat(decided(answer.join()).state()).isEqualTo(State.COMMITTED);
    }

    @Test
    void abortsAtTheDeadlineWhatDoesNotVote() {
        group.services.onPrepare(preparation -> preparation.service().equals("inventory")
                ? new PrepareAnswer.Unsettled("silent")
                : group.prepare(preparation));

        var plan = order(Duration.ofMillis(400), "orders", "inventory");
        // Who asks waits for half a second beyond the deadline, and asks again.
        var answer = await().until(() -> run("coordinator-1", plan), RunAnswer.Decided.class::isInstance);
        var transaction = decided(answer);

        assertThat(transaction.outcome()).isEqualTo(OutcomeReply.Outcome.ABORTED);
        awaitEnded();
    }

    @Test
    void goesOnWithoutAnyOneCoordinator() throws IOException {
        for (var victim : Group.MEMBERS.keySet()) {
            group.kill(victim);
            for (var name : Group.MEMBERS.keySet()) {
                if (!name.equals(victim)) {
                    assertThat(decided(run(name, plan("orders", "inventory"))).state())
                            .isEqualTo(State.COMMITTED);
                }
            }
            group.start(victim);
        }
    }

    @Test
    void decidesNothingWithoutAMajority() {
        group.kill("coordinator-2");
        group.kill("coordinator-3");

        assertThat(run("coordinator-1", order(Duration.ofMillis(300), "orders", "inventory")))
                .isInstanceOf(RunAnswer.Undecided.class);
        assertThat(group.services.branches()).isEmpty();
    }

    /// The other branch has voted, and nobody has told anybody: COMMIT may be chosen.
    @Test
    void finishesWhatADeadLeaderLeft() {
        var plan = plan("orders", "inventory");
        var prepared = new CountDownLatch(2);
        group.services.onFinishRequest(_ -> new FinishAnswer.Unanswered("dead"));
        group.services.onPrepare(preparation -> {
            var answer = group.prepare(preparation);
            prepared.countDown();
            return answer;
        });
        var _ = CompletableFuture.supplyAsync(() -> run("coordinator-1", plan));
        await().until(() -> prepared.getCount() == 0
                && group.node("coordinator-1").transactions().find(plan.id()).stream()
                        .anyMatch(view -> view.outcome() == OutcomeReply.Outcome.COMMITTED));
        group.kill("coordinator-1");
        group.services.onFinishRequest(_ -> null);

        group.node("coordinator-2").janitor().start();
        group.node("coordinator-3").janitor().start();

        await().atMost(Group.soon())
                .untilAsserted(() -> assertThat(group.services.branches().values())
                        .hasSize(2)
                        .containsOnly(Held.COMMITTED));
        awaitEnded("coordinator-2", "coordinator-3");
        assertThat(decided(run("coordinator-3", plan)).outcome()).isEqualTo(OutcomeReply.Outcome.COMMITTED);
    }

    /// One branch is prepared, the other was never asked: the branch that asks has its transaction aborted.
    @Test
    void answersABranchThatAsksByFinishingItsTransaction() {
        var plan = Plans.inTurn(plan("orders", "inventory"));
        group.services.onPrepare(preparation -> preparation.service().equals("inventory")
                ? new PrepareAnswer.Unsettled("silent")
                : group.prepare(preparation));
        var _ = CompletableFuture.supplyAsync(() -> run("coordinator-1", plan));
        await().until(() -> group.services.calls("prepare inventory") > 0); // so the other has voted everywhere
        var branch = group.services.branches().keySet().iterator().next();

        assertThat(outcome("coordinator-2", branch)).isInstanceOf(Inquiry.Undecided.class); // its leader lives
        group.kill("coordinator-1");

        await().untilAsserted(() ->
                assertThat(outcome("coordinator-2", branch)).isEqualTo(new Inquiry.Decided(Decision.ABORT, true)));
        await().atMost(Group.soon())
                .untilAsserted(() -> assertThat(group.services.branches()).containsEntry(branch, Held.ABORTED));
    }

    @Test
    void tellsABranchAsSoonAsItsServiceMayBeAskedAgain() throws IOException {
        group.kill("coordinator-1");
        group.startPatient("coordinator-1").admission().start();
        var unanswered = new AtomicInteger(3);
        group.services.onFinishRequest(
                _ -> unanswered.getAndDecrement() > 0 ? new FinishAnswer.Unanswered("no answer in time") : null);

        assertThat(decided(run("coordinator-1", plan("orders", "inventory"))).state())
                .isEqualTo(State.COMMITTED);
    }

    @Test
    void decidesByAskingThatNobodyEverBegins() {
        var plan = plan("orders", "inventory");

        await().untilAsserted(() -> assertThat(
                        group.node("coordinator-1").transactions().outcome(plan.id()))
                .isEqualTo(new Inquiry.Decided(Decision.ABORT, false)));

        assertThat(decided(run("coordinator-2", plan)).outcome()).isEqualTo(OutcomeReply.Outcome.ABORTED);
        assertThat(group.services.branches()).isEmpty();
    }

    /// What another leader has closed may be heard here before the leader has begun that a client is waiting for.
    @Test
    void takesNothingForForgottenThatIsHeardBeforeItIsBegun() {
        var plan = plan("orders");
        var branch = new BranchId(plan.id(), PaxosAttempts.of(7, plan.digest()), "orders");
        var parts = group.node("coordinator-1").parts();
        var calls = new Calls(
                group.services,
                parts.workers(),
                Set::of,
                new Silences(Duration.ofMillis(50), Duration.ofSeconds(1), pause -> pause, System::nanoTime),
                2,
                200);
        var leader = Leader.of(
                plan,
                new Plan(new TreeMap<>(Map.of(branch, "orders"))),
                parts,
                new PaxosCommit(parts.settings().acceptors()),
                group.node("coordinator-1").leaders(),
                calls);

        leader.on(new PaxosCommit.Input.Heard("coordinator-2", new Reply.Closed(Outcome.NOTHING, true)));
        leader.begin(new Ballot(1, "coordinator-1", 7));

        assertThat(leader.resolution())
                .succeedsWithin(Group.soon())
                .isEqualTo(new Leader.Resolution.Decided(Outcome.NOTHING));
    }

    @Test
    void showsAHazardAndLeavesItToAPerson() throws InterruptedException {
        group.services.onFinish((branch, _) -> branch.name().equals("inventory")
                ? new Settled(branch.gid(), Result.HAZARD, null, "rolled back by hand")
                : null);
        var plan = plan("orders", "inventory");

        assertThat(decided(run("coordinator-1", plan)).state()).isEqualTo(State.HAZARD);

        var told = group.services.calls("finish");
        Thread.sleep(2_500); // longer than a janitor waits
        group.node("coordinator-1").janitor().look();
        assertThat(group.services.calls("finish")).isEqualTo(told);
        assertThat(group.node("coordinator-1").leaders().hazards()).isEqualTo(1);

        group.services.onFinish((_, _) -> null); // somebody has put it right
        assertThat(group.node("coordinator-1").transactions().retryNow(plan.id()))
                .isTrue();

        await().untilAsserted(() ->
                assertThat(group.node("coordinator-1").leaders().hazards()).isZero());
        await().untilAsserted(() -> assertThat(
                        group.node("coordinator-1").transactions().find(plan.id()))
                .hasValueSatisfying(ended -> assertThat(ended.state()).isEqualTo(State.COMMITTED)));
        await().until(() -> !group.node("coordinator-1").transactions().retryNow(plan.id()));
    }

    @Test
    void endsAHazardByAPersonsWordAtAnyCoordinator() throws InterruptedException {
        group.services.onFinish((branch, _) -> branch.name().equals("inventory")
                ? new Settled(branch.gid(), Result.HAZARD, null, "rolled back by hand")
                : null);
        var plan = plan("orders", "inventory");
        assertThat(decided(run("coordinator-1", plan)).state()).isEqualTo(State.HAZARD);
        var other = group.node("coordinator-2").transactions();
        var word = new Heuristic(OutcomeReply.Outcome.COMMITTED, "olga", "counted", Instant.EPOCH);

        assertThat(other.settle(plan.id(), Map.of("orders", word))).isTrue();
        await().untilAsserted(() -> assertThat(other.find(plan.id()))
                .as("a word for another branch")
                .hasValueSatisfying(open -> assertThat(open.state()).isEqualTo(State.HAZARD)));
        assertThat(group.node("coordinator-2").leaders().of(plan.id()))
                .as("it is led no more")
                .isNull();

        assertThat(other.settle(plan.id(), Map.of("inventory", word))).isTrue();
        await().untilAsserted(() -> assertThat(other.find(plan.id())).hasValueSatisfying(ended -> {
            assertThat(ended.state()).isEqualTo(State.COMMITTED);
            assertThat(ended.branches())
                    .filteredOn(branch -> branch.name().equals("inventory"))
                    .singleElement()
                    .satisfies(settled -> {
                        assertThat(settled.state()).isEqualTo(BranchState.HAZARD);
                        assertThat(settled.heuristic()).isEqualTo(word);
                    });
        }));
        await().until(() -> group.node("coordinator-1").leaders().hazards() == 0);
        await().until(() -> !other.settle(plan.id(), Map.of("inventory", word)));
    }

    @Test
    void tellsThatATransactionIsForgotten() throws IOException {
        var old = order(Duration.ofSeconds(30), "orders", "inventory");
        var ancient = new TransactionPlan(
                new TransactionId(new UUID((1_000L << 16) | 0x7000, 0x8000_0000_0000_0001L)),
                old.name(),
                old.protocol(),
                old.deadline(),
                false,
                old.branches(),
                null);
        for (var name : Group.MEMBERS.keySet()) {
            group.node(name).janitor().forget();
        }

        assertThat(run("coordinator-1", ancient)).isInstanceOf(RunAnswer.Forgotten.class);
        await().untilAsserted(() -> assertThat(
                        group.node("coordinator-2").transactions().outcome(ancient.id()))
                .isInstanceOf(Inquiry.Forgotten.class));
        assertThat(group.services.branches()).isEmpty();
    }

    @Test
    void refusesAnAcceptorThatLostItsDirectoryAndGoesOnWithoutIt() throws IOException {
        group.kill("coordinator-3");
        var node = group.start("coordinator-3", directory.resolve("empty"));
        node.admission().start();

        await().until(() -> node.admission().standing() == Admission.Standing.REFUSED);
        assertThat(node.admission().advice()).contains("was lost");
        assertThat(node.parts().acceptor().isAdmitted()).isFalse();
        assertThat(decided(run("coordinator-3", plan("orders", "inventory"))).state())
                .isEqualTo(State.COMMITTED);
        assertThat(node.parts().acceptor().size()).isZero();
    }

    private static TransactionPlan plan(String... services) {
        return order(Duration.ofSeconds(30), services);
    }

    private static TransactionPlan order(Duration deadline, String... services) {
        long now = System.currentTimeMillis();
        var random = UUID.randomUUID();
        var id = new UUID(
                (now << 16) | 0x7000 | (random.getMostSignificantBits() & 0xfff), random.getLeastSignificantBits());
        return Plans.under(CommitProtocol.PAXOS_COMMIT, Plans.order(new TransactionId(id), deadline, services));
    }

    private RunAnswer run(String coordinator, TransactionPlan plan) {
        return group.node(coordinator).transactions().run(plan);
    }

    private Inquiry outcome(String coordinator, BranchId branch) {
        return group.node(coordinator).transactions().outcome(branch);
    }

    private static TransactionResource decided(RunAnswer answer) {
        assertThat(answer).isInstanceOf(RunAnswer.Decided.class);
        return ((RunAnswer.Decided) answer).transaction();
    }

    private void awaitEnded() {
        awaitEnded(Group.MEMBERS.keySet().toArray(String[]::new));
    }

    private void awaitEnded(String... names) {
        for (var name : names) {
            await().atMost(Group.soon())
                    .untilAsserted(
                            () -> assertThat(group.node(name).parts().acceptor().unfinishedFor(Duration.ZERO, 10))
                                    .as(name)
                                    .isEmpty());
        }
    }
}
