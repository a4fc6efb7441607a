package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.BranchExecutorTests.codeOf;
import static io.covenant.transactions.participant.BranchExecutorTests.yes;
import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Requests about one branch that overtake each other, and databases that go away.
@RealPostgres
@Timeout(180)
class BranchRacesTests {

    /// An abort waits for the end of the work for up to three seconds: on a slow machine it takes a while.
    private static final BranchLimits PATIENT = new BranchLimits(Duration.ofSeconds(1), Duration.ofMillis(200), 15);

    private final TestDatabase database;
    private final Shelf shelf;
    private final BranchExecutor executor;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    BranchRacesTests(TestDatabase database) {
        this.database = database;
        shelf = new Shelf(database, PATIENT, CrashPoints.none(), 8, true);
        executor = shelf.executor();
    }

    @BeforeEach
    void fill() {
        shelf.with("A", 10).with("B", 10);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        shelf.close();
    }

    @Test
    void answersASecondPrepareWithOngoingWhileTheFirstWorks() throws Exception {
        var branch = branch();
        var working = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var first = prepareWaiting(shelf, branch, working, go);
        working.await();

        assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(new PrepareAnswer.Ongoing());
        go.countDown();
        assertThat(first.get()).isEqualTo(yes());
    }

    @Test
    void answersOngoingWhileAnotherInstanceWorks() throws Exception {
        try (var other = new Shelf(database)) {
            var branch = branch();
            var working = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var first = prepareWaiting(other, branch, working, go);
            working.await();

            assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(new PrepareAnswer.Ongoing());
            go.countDown();
            assertThat(first.get()).isEqualTo(yes());
            assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(yes());
        }
    }

    @Test
    void finishesWhatAnotherInstancePrepared() {
        try (var other = new Shelf(database)) {
            var branch = branch();
            other.prepareTaking(branch, "A");
            other.working().close();

            assertThat(executor.finish(branch, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done());
            assertThat(shelf.onHand("A")).isEqualTo(9);
        }
    }

    @Test
    void cancelsTheRunningWorkOfABranchThatIsToldToAbort() throws Exception {
        var branch = branch();
        var working = new CountDownLatch(1);
        var prepare = submit(() -> executor.prepare(branch, "sleep", ENOUGH, _ -> {
            working.countDown();
            shelf.jdbc().execute("select pg_sleep(15)");
        }));
        working.await();
        await().pollInterval(Duration.ofMillis(5)).until(this::somebodySleeps);

        assertThat(executor.finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
        assertThat(codeOf(prepare.get())).isEqualTo("branch-aborted");
        assertThat(shelf.barrier(branch)).isEqualTo("FENCE");
    }

    @Test
    void doesNotPrepareWhatWasToldToAbortBetweenTwoStatements() throws Exception {
        var branch = branch();
        var working = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var prepare = prepareWaiting(shelf, branch, working, go);
        working.await();

        // The branch holds its barrier row, so the abort cannot be confirmed before it ends.
        assertThat(executor.finish(branch, Decision.ABORT)).isInstanceOf(FinishAnswer.Unknown.class);
        go.countDown();
        assertThat(codeOf(prepare.get())).isEqualTo("branch-aborted");
        assertThat(executor.finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.onHand("A")).isEqualTo(10);
    }

    @Test
    void doesNotCancelTheNextUserOfTheConnection() throws Exception {
        try (var single = new Shelf(database, BranchLimits.defaults(), CrashPoints.none(), 1, true)) {
            for (int i = 0; i < 50; i++) {
                var branch = branch();
                var prepare = submit(() -> single.executor().prepare(branch, "take", ENOUGH, _ -> {}));
                var abort = submit(() -> single.executor().finish(branch, Decision.ABORT));
                // Takes the only connection as soon as the branch lets it go.
                single.jdbc().queryForObject("select count(*) from item, pg_sleep(0.002)", Integer.class);
                prepare.get();
                assertThat(abort.get()).isNotInstanceOf(FinishAnswer.Hazard.class);
                assertThat(single.executor().finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
            }
        }
    }

    @Test
    void waitsForAnotherInstancesWorkBeforeItConfirmsAnAbort() throws Exception {
        try (var other = new Shelf(database)) {
            var branch = branch();
            var working = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var prepare = prepareWaiting(other, branch, working, go);
            working.await();

            assertThat(executor.finish(branch, Decision.ABORT)).isInstanceOf(FinishAnswer.Unknown.class);
            go.countDown();
            assertThat(prepare.get()).isEqualTo(yes());

            assertThat(executor.finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
            assertThat(shelf.isPrepared(branch)).isFalse();
            assertThat(shelf.onHand("A")).isEqualTo(10);
        }
    }

    @Test
    void rollsBackALatePrepareThatGetsInBeforeTheFence() throws Exception {
        try (var other = new Shelf(database)) {
            var branch = branch();
            var working = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var prepare = prepareWaiting(other, branch, working, go);
            working.await();

            var abort = submit(() -> executor.finish(branch, Decision.ABORT));
            await().pollInterval(Duration.ofMillis(5)).until(this::somebodyWaitsForALock);
            go.countDown();

            prepare.get();
            assertThat(abort.get()).isEqualTo(new FinishAnswer.Done());
            assertThat(shelf.isPrepared(branch)).isFalse();
            assertThat(shelf.barrier(branch)).isEqualTo("FENCE");
            assertThat(shelf.onHand("A")).isEqualTo(10);
        }
    }

    /// Everything that works is stuck behind a prepared branch, whose commit needs a connection.
    @Test
    void commitsWhileAllWorkersWaitForTheLocksOfWhatIsToBeCommitted() throws Exception {
        try (var small = new Shelf(database, BranchLimits.defaults(), CrashPoints.none(), 3, true)) {
            var branch = branch();
            small.prepareTaking(branch, "A");
            var waiting = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < 6; i++) {
                waiting.add(submit(() -> small.jdbc().update("update item set on_hand = on_hand + 1 where sku = 'A'")));
            }
            await().until(() -> small.working().getHikariPoolMXBean().getActiveConnections() == 3
                    && small.working().getHikariPoolMXBean().getThreadsAwaitingConnection() == 3);

            assertThat(small.executor().finish(branch, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done());
            for (var update : waiting) {
                assertThat(update.get()).isEqualTo(1);
            }
            assertThat(small.onHand("A")).isEqualTo(15);
        }
    }

    @Test
    void refusesBothOrOneOfTwoBranchesThatDeadlock() throws Exception {
        var bothHoldOne = new CountDownLatch(2);
        var first = submit(() -> executor.prepare(branch(), "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            bothHoldOne.countDown();
            bothHoldOne.await();
            shelf.take("B", 1);
        }));
        var second = submit(() -> executor.prepare(branch(), "take", ENOUGH, _ -> {
            shelf.take("B", 1);
            bothHoldOne.countDown();
            bothHoldOne.await();
            shelf.take("A", 1);
        }));

        var refused = List.of(first.get(), second.get()).stream()
                .filter(answer -> !answer.equals(yes()))
                .toList();
        assertThat(refused)
                .isNotEmpty()
                .allSatisfy(answer -> assertThat(codeOf(answer)).isIn("lock-timeout", "conflict"));
    }

    // The database goes away.

    @Test
    void doesNotKnowWhenTheConnectionIsCutDuringTheWork() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            database.terminateBackends();
            shelf.take("A", 1);
        });

        assertThat(answer).isInstanceOf(PrepareAnswer.Unknown.class);
        // Nothing was prepared, so the same branch may be asked again.
        assertThat(askedAgain(branch)).isEqualTo(yes());
    }

    @Test
    void doesNotKnowWhenTheConnectionIsCutBeforeThePrepare() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            database.terminateBackends();
        });

        assertThat(answer).isInstanceOf(PrepareAnswer.Unknown.class);
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(askedAgain(branch)).isEqualTo(yes());
    }

    /// The pool may hold more connections that were cut.
    private PrepareAnswer askedAgain(BranchId branch) {
        return await().until(
                        () -> shelf.prepareTaking(branch, "A"), answer -> !(answer instanceof PrepareAnswer.Unknown));
    }

    @Test
    void keepsWhatIsPreparedThroughAKillOfTheServer() {
        var committed = branch();
        var aborted = branch();
        shelf.prepareTaking(committed, "A");
        shelf.prepareTaking(aborted, "B");
        database.postgres().kill();
        assertThat(executor.finish(committed, Decision.COMMIT)).isInstanceOf(FinishAnswer.Unknown.class);
        assertThat(shelf.prepareTaking(branch(), "A")).isInstanceOf(PrepareAnswer.Unknown.class);
        database.postgres().start();

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(executor.finish(committed, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done()));
        assertThat(executor.finish(aborted, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.onHand("A")).isEqualTo(9);
        assertThat(shelf.onHand("B")).isEqualTo(10);
    }

    /// Prepares, commits, aborts and repeats of all of them at once, through two instances.
    @Test
    void neverLosesOrDoublesAnEffectInTheCrowd() throws Exception {
        int branches = 60;
        shelf.with("A", 1000);
        var committed = new AtomicInteger();
        try (var other = new Shelf(database)) {
            var all = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < branches; i++) {
                all.add(submit(() -> {
                    var branch = branch();
                    var random = ThreadLocalRandom.current();
                    var preparing = random.nextBoolean() ? shelf : other;
                    var decision = random.nextInt(3) == 0 ? Decision.ABORT : Decision.COMMIT;
                    var answer = preparing
                            .executor()
                            .prepare(
                                    branch,
                                    "add",
                                    ENOUGH,
                                    _ -> preparing.jdbc().update("insert into item values (?, 1)", branch.gid()));
                    assertThat(answer).isEqualTo(yes());
                    var told = new ArrayList<CompletableFuture<FinishAnswer>>();
                    for (var instance : List.of(shelf, other, shelf)) {
                        told.add(submit(() -> instance.executor().finish(branch, decision)));
                    }
                    for (var answered : told) {
                        assertThat(answered.get()).isNotInstanceOf(FinishAnswer.Hazard.class);
                    }
                    assertThat(shelf.executor().finish(branch, decision)).isEqualTo(new FinishAnswer.Done());
                    if (decision == Decision.COMMIT) {
                        committed.incrementAndGet();
                    }
                    assertThat(shelf.onHand(branch.gid())).isEqualTo(decision == Decision.COMMIT ? 1 : -1);
                    return null;
                }));
            }
            for (var one : all) {
                one.get();
            }
        }
        assertThat(database.prepared()).isEmpty();
        assertThat(shelf.jdbcOutside().queryForObject("select count(*) from branch_hazard", Integer.class))
                .isZero();
        assertThat(shelf.jdbcOutside()
                        .queryForObject("select count(*) from item where sku like 'cov1:%'", Integer.class))
                .isEqualTo(committed.get());
    }

    private static CompletableFuture<PrepareAnswer> prepareWaiting(
            Shelf shelf, BranchId branch, CountDownLatch working, CountDownLatch go) {
        var answer = new CompletableFuture<PrepareAnswer>();
        Thread.startVirtualThread(() -> answer.complete(shelf.executor().prepare(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            working.countDown();
            go.await();
        })));
        return answer;
    }

    private boolean somebodyWaitsForALock() {
        return isAnyoneBusyWith("wait_event_type = 'Lock'");
    }

    private boolean somebodySleeps() {
        return isAnyoneBusyWith("wait_event = 'PgSleep'");
    }

    private boolean isAnyoneBusyWith(String condition) {
        var busy = shelf.jdbcOutside()
                .queryForObject(
                        "select count(*) from pg_stat_activity where datname = current_database() and " + condition,
                        Integer.class);
        return busy != null && busy > 0;
    }

    private <T> CompletableFuture<T> submit(Callable<T> task) {
        var result = new CompletableFuture<T>();
        threads.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
