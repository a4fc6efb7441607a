package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.BranchExecutorTests.yes;
import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.threephase.Election;
import io.covenant.transactions.threephase.Outcome;
import io.covenant.transactions.threephase.Standing;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.threephase.TimeOutRule;
import io.covenant.transactions.wire.SiteReply;
import io.covenant.transactions.wire.SiteReply.Answer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Branches as sites of three-phase commits, on a real database.
@RealPostgres
@Timeout(60)
class ThreePhaseBranchTests {

    private static final SortedMap<String, String> ELECTORATE = Collections.unmodifiableSortedMap(
            new TreeMap<>(java.util.Map.of("orders", "orders", "shelf", "inventory")));

    private final TestDatabase database;
    private final Shelf shelf;
    private final BranchExecutor executor;
    private final BranchSites sites;
    private final InParallel parallel = new InParallel(4);

    ThreePhaseBranchTests(TestDatabase database) {
        this.database = database;
        shelf = new Shelf(database);
        executor = shelf.executor();
        sites = new BranchSites(shelf.finishing(), Duration.ofSeconds(1));
    }

    @BeforeEach
    void fill() {
        shelf.with("A", 10).with("B", 10);
    }

    @AfterEach
    void close() {
        parallel.close();
        shelf.close();
    }

    @Test
    void preparesPreCommitsAndCommits() throws SQLException {
        var branch = branch();

        assertThat(prepareTaking(branch, "A")).isEqualTo(yes());
        assertThat(executor.electorateOf(branch)).contains(ELECTORATE);
        assertThat(answer(branch, preCommit(branch))).isEqualTo(Answer.ACCEPTED);
        assertThat(standing(branch).position()).isEqualTo(Position.PRE_COMMITTED);
        assertThat(shelf.onHand("A")).isEqualTo(10);

        assertThat(executor.finish(branch, commit(branch))).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.onHand("A")).isEqualTo(9);
        assertThat(standing(branch).decided()).contains(commit(branch));
    }

    @Test
    void rollsBackWhatIsAborted() throws SQLException {
        var branch = branch();
        prepareTaking(branch, "A");

        assertThat(executor.finish(branch, Outcome.ABORT)).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.onHand("A")).isEqualTo(10);
        assertThat(shelf.barrier(branch)).isEqualTo("FENCE");
        assertThat(standing(branch).position()).isEqualTo(Position.ABORTED);
    }

    @Test
    void rollsBackABranchThatTheCommitDidNotSeal() throws SQLException {
        var branch = branch();
        var other = new BranchId(branch.transaction(), branch.attempt(), "orders");
        prepareTaking(branch, "A");

        assertThat(executor.finish(branch, commit(other))).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.onHand("A")).isEqualTo(10);
        assertThat(standing(branch).position()).isEqualTo(Position.COMMITTED);
    }

    @Test
    void takesPartAlsoWhereNoPrepareEverCame() {
        var branch = branch();
        assertThat(answer(branch, new Request.Elect(new Election(2, 7)))).isEqualTo(Answer.ELECTED);
        assertThat(executor.electorateOf(branch)).isEmpty();

        prepareTaking(branch, "A");
        assertThat(executor.electorateOf(branch)).contains(ELECTORATE);
    }

    @Test
    void saysTheSameWhenItIsAskedAgain() {
        var branch = branch();
        assertThat(answer(branch, preCommit(branch))).isEqualTo(Answer.ACCEPTED);
        assertThat(answer(branch, preCommit(branch))).isEqualTo(Answer.ACCEPTED);
    }

    @Test
    void worksWithAPoolThatDoesNotAutoCommit(TestDatabase same) {
        try (var careful = new Shelf(same, BranchLimits.defaults(), CrashPoints.none(), 2, false)) {
            var branch = branch();
            careful.executor().prepare(branch, "take", ENOUGH, true, ELECTORATE, _ -> careful.take("A", 1));
            assertThat(careful.executor().ask(branch, preCommit(branch))).isPresent();
            assertThat(careful.executor().finish(branch, commit(branch))).isEqualTo(new FinishAnswer.Done());
            assertThat(careful.onHand("A")).isEqualTo(9);
        }
    }

    // Refusals.

    @Test
    void refusesAnElectionBelowOneThatItHasHeardOf() {
        var branch = branch();
        executor.ask(branch, new Request.Elect(new Election(3, 5)));

        assertThat(answer(branch, new Request.Elect(new Election(2, 9)))).isEqualTo(Answer.REFUSED);
        assertThat(answer(branch, preCommit(branch))).isEqualTo(Answer.REFUSED);
        assertThat(answer(branch, new Request.Elect(new Election(3, 6)))).isEqualTo(Answer.ELECTED);
    }

    @Test
    void movesNoMoreOnceItKnowsTheDecision() {
        var branch = branch();
        prepareTaking(branch, "A");
        executor.finish(branch, Outcome.ABORT);

        var refused = executor.ask(branch, new Request.Attempt(new Election(9, 9), commit(branch)));
        assertThat(refused).hasValueSatisfying(reply -> {
            assertThat(reply.answer()).isEqualTo(Answer.REFUSED);
            assertThat(java.util.Objects.requireNonNull(reply.standing()).position())
                    .isEqualTo(Position.ABORTED);
        });
    }

    @Test
    void doesNotAnswerWhileItsRowIsLocked() throws SQLException {
        var branch = branch();
        executor.ask(branch, new Request.Elect(new Election(2, 1)));
        try (var _ = sites.open(branch)) {
            assertThat(executor.ask(branch, new Request.Elect(new Election(3, 1))))
                    .isEmpty();
        }
        assertThat(answer(branch, new Request.Elect(new Election(3, 1)))).isEqualTo(Answer.ELECTED);
    }

    // Crashes and races.

    @Test
    void keepsItsWordThroughACrashOfTheServer() throws SQLException {
        var branch = branch();
        prepareTaking(branch, "A");
        assertThat(answer(branch, preCommit(branch))).isEqualTo(Answer.ACCEPTED);

        database.postgres().stopImmediately();
        database.postgres().start();

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(standing(branch).position()).isEqualTo(Position.PRE_COMMITTED));
        assertThat(executor.electorateOf(branch)).contains(ELECTORATE);
        assertThat(shelf.isPrepared(branch)).isTrue();
    }

    @Test
    void obeysOnlyTheHighestOfManyWhoStandAtOnce() throws Exception {
        var branch = branch();
        var elected = new ConcurrentLinkedQueue<Election>();
        var threads = new ArrayList<Thread>();
        for (int by = 0; by < 12; by++) {
            var election = new Election(2 + by % 3, by);
            threads.add(Thread.ofVirtual().start(() -> {
                if (answer(branch, new Request.Elect(election)) == Answer.ELECTED) {
                    elected.add(election);
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        // Whoever was elected came in order, or else was refused; so the last one is the highest.
        assertThat(new ArrayList<>(elected)).contains(standing(branch).lastElected());
        assertThat(Collections.max(elected)).isEqualTo(standing(branch).lastElected());
    }

    // Nobody tells the decision.

    @Test
    void hasACoordinatorTerminateWhatNobodyFinishes() {
        var branch = branch();
        prepareTaking(branch, "A");
        List<SortedMap<String, String>> asked = new CopyOnWriteArrayList<>();

        sweep(executor, (_, electorate) -> {
                    asked.add(electorate);
                    return new TerminationRequester.Answer.Decided(commit(branch));
                })
                .sweep();

        assertThat(asked).containsExactly(ELECTORATE);
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.onHand("A")).isEqualTo(9);
    }

    @Test
    void waitsWhileNobodyCanTerminate() {
        var branch = branch();
        prepareTaking(branch, "A");
        List<BranchId> asked = new CopyOnWriteArrayList<>();
        var sweep = sweep(executor, (who, _) -> {
            asked.add(who);
            return asked.size() == 1
                    ? new TerminationRequester.Answer.Silent("nobody there")
                    : new TerminationRequester.Answer.UnderWay(Duration.ofMinutes(1));
        });
        for (int i = 0; i < 4; i++) {
            sweep.sweep();
        }
        assertThat(asked).hasSize(2);
        assertThat(shelf.isPrepared(branch)).isTrue();
    }

    @Test
    void decidesAloneOnlyByTheTextbooksRule() throws SQLException {
        var textbook = new BranchExecutor(
                new PreparableDataSourceTransactionManager(shelf.working()),
                shelf.finishing(),
                BranchLimits.defaults(),
                CrashPoints.none(),
                BranchMetrics.none(),
                TimeOutRule.UNSAFE_TEXTBOOK);
        var waiting = branch();
        var preCommitted = branch();
        prepareTaking(waiting, "A");
        prepareTaking(preCommitted, "B");
        executor.ask(preCommitted, preCommit(preCommitted));

        sweep(textbook, (who, _) -> {
                    throw new AssertionError("asked for " + who);
                })
                .sweep();

        assertThat(database.prepared()).isEmpty();
        assertThat(shelf.onHand("A")).isEqualTo(10);
        assertThat(shelf.onHand("B")).isEqualTo(9);
        assertThat(standing(waiting).position()).isEqualTo(Position.ABORTED);
        assertThat(standing(preCommitted).position()).isEqualTo(Position.COMMITTED);
    }

    // Forgetting.

    @Test
    void forgetsWhereItStoodOnlyWithTheBranch() {
        var finished = branch();
        var prepared = branch();
        prepareTaking(finished, "A");
        executor.finish(finished, commit(finished));
        prepareTaking(prepared, "B");

        new BranchPurge(shelf.finishing(), Duration.ofDays(14), Duration.ofDays(30), 10).purge();
        assertThat(executor.electorateOf(finished)).isPresent();

        new BranchPurge(shelf.finishing(), Duration.ZERO, Duration.ofDays(30), 10).purge();
        assertThat(executor.electorateOf(finished)).isEmpty();
        assertThat(executor.electorateOf(prepared)).isPresent();
    }

    private PrepareAnswer prepareTaking(BranchId branch, String sku) {
        return executor.prepare(branch, "take", ENOUGH, true, ELECTORATE, _ -> shelf.take(sku, 1));
    }

    private Answer answer(BranchId branch, Request request) {
        return executor.ask(branch, request).map(SiteReply::answer).orElseThrow();
    }

    private Standing standing(BranchId branch) throws SQLException {
        try (var opened = sites.open(branch)) {
            return opened.standing();
        }
    }

    private static Request preCommit(BranchId branch) {
        return new Request.Attempt(Election.FIRST, commit(branch));
    }

    private static Outcome commit(BranchId branch) {
        return Outcome.commit(Set.of(branch));
    }

    private BranchSweep sweep(BranchExecutor over, TerminationRequester coordinators) {
        return new BranchSweep(
                new PreparedTransactions(shelf.finishing()),
                over,
                who -> {
                    throw new AssertionError("the outcome of two-phase commit is asked for: " + who);
                },
                coordinators,
                parallel,
                BranchMetrics.none(),
                Duration.ZERO);
    }
}
