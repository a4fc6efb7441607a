package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.transaction.support.TransactionTemplate;

@RealPostgres
@Timeout(60)
class BranchExecutorTests {

    private final Shelf shelf;
    private final BranchExecutor executor;

    BranchExecutorTests(TestDatabase database) {
        shelf = new Shelf(database);
        executor = shelf.executor();
    }

    @BeforeEach
    void fill() {
        shelf.with("A", 10).with("B", 10);
    }

    @AfterEach
    void close() {
        shelf.close();
    }

    @Test
    void preparesAndCommits() {
        var branch = branch();

        assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(yes());
        assertThat(shelf.isPrepared(branch)).isTrue();
        assertThat(shelf.onHand("A")).isEqualTo(10);

        assertThat(executor.finish(branch, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.onHand("A")).isEqualTo(9);
        assertThat(shelf.barrier(branch)).isEqualTo("WORK");
    }

    @Test
    void preparesAndRollsBack() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");

        assertThat(executor.finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.onHand("A")).isEqualTo(10);
        assertThat(shelf.barrier(branch)).isEqualTo("FENCE");
    }

    @Test
    void tellsTheMethodInWhichBranchItWorks() {
        var branch = branch();
        var seen = new AtomicReference<Branch>();

        executor.prepare(branch, "look", Duration.ofSeconds(20), given -> {
            seen.set(given);
            assertThat(Branch.current()).contains(given);
        });

        assertThat(seen.get().id()).isEqualTo(branch);
        assertThat(seen.get().transaction()).isEqualTo(branch.transaction());
        assertThat(seen.get().timeLeft()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
        assertThat(Branch.current()).isEmpty();
    }

    @Test
    void readsWithoutPreparingOrLeavingATrace() {
        var branch = branch();

        var answer = executor.read(
                branch,
                "look",
                ENOUGH,
                _ -> assertThat(shelf.jdbc().queryForObject("select on_hand from item where sku = 'A'", Integer.class))
                        .isEqualTo(10));

        assertThat(answer).isEqualTo(new PrepareAnswer.Voted(new Vote.ReadOnly()));
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.barrier(branch)).isNull();
    }

    @Test
    void commitsOnlyOnceHoweverOftenItIsTold() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        for (int i = 0; i < 3; i++) {
            assertThat(executor.finish(branch, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done());
        }
        assertThat(shelf.onHand("A")).isEqualTo(9);
    }

    @Test
    void rollsBackOnlyOnceHoweverOftenItIsTold() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        for (int i = 0; i < 3; i++) {
            assertThat(executor.finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
        }
        assertThat(shelf.hazards(branch)).isZero();
    }

    @Test
    void votesYesAgainWhenTheFirstVoteWasLost() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(yes());

        executor.finish(branch, Decision.COMMIT);
        assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(yes());
        assertThat(shelf.onHand("A")).isEqualTo(9);
    }

    @Test
    void worksWithAPoolThatDoesNotAutoCommit(TestDatabase database) {
        try (var careful = new Shelf(database, BranchLimits.defaults(), CrashPoints.none(), 2, false)) {
            var committed = branch();
            var aborted = branch();
            careful.prepareTaking(committed, "A");
            careful.prepareTaking(aborted, "B");

            assertThat(careful.executor().finish(committed, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done());
            assertThat(careful.executor().finish(aborted, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());
            assertThat(careful.onHand("A")).isEqualTo(9);
            assertThat(careful.onHand("B")).isEqualTo(10);
        }
    }

    // Refusals.

    @Test
    void refusesWithTheReasonOfTheMethodAndChangesNothing() {
        var branch = branch();
        var refusal = Refusal.of("out-of-stock", "There is none left.");

        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            throw new BranchRefusedException(refusal);
        });

        assertThat(answer).isEqualTo(no(refusal));
        assertNothingIsLeftOf(branch);
    }

    @Test
    void refusesWhatComesAfterTheDeadline() {
        var branch = branch();
        assertThat(executor.prepare(branch, "take", Duration.ZERO, _ -> shelf.take("A", 1)))
                .isEqualTo(no(Refusals.DEADLINE_PASSED));
        assertThat(executor.prepare(branch, "take", Duration.ofMillis(-5), _ -> shelf.take("A", 1)))
                .isEqualTo(no(Refusals.DEADLINE_PASSED));
        assertNothingIsLeftOf(branch);
    }

    @Test
    void refusesToPrepareAfterTheAbort() {
        var branch = branch();
        assertThat(executor.finish(branch, Decision.ABORT)).isEqualTo(new FinishAnswer.Done());

        assertThat(codeOf(shelf.prepareTaking(branch, "A"))).isEqualTo("branch-aborted");
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.onHand("A")).isEqualTo(10);
    }

    @Test
    void refusesWritesOfAnOperationThatOnlyReads() {
        var branch = branch();
        var answer = executor.read(branch, "look", ENOUGH, _ -> shelf.take("A", 1));

        assertThat(codeOf(answer)).isEqualTo("not-read-only");
        assertThat(shelf.onHand("A")).isEqualTo(10);
    }

    @Test
    void refusesWithTheNameOfTheViolatedConstraint() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> shelf.take("A", 11));

        assertThat(refusalOf(answer).code()).isEqualTo("constraint-violated");
        assertThat(refusalOf(answer).parameters()).containsEntry("constraint", "on_hand_positive");
        assertNothingIsLeftOf(branch);
    }

    @Test
    void refusesWhenTheMethodFails() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            throw new IllegalStateException("a bug");
        });

        assertThat(codeOf(answer)).isEqualTo("branch-failed");
        assertNothingIsLeftOf(branch);
    }

    @Test
    void refusesWhenTheMethodFailsBadly() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            throw new AssertionError("a worse bug");
        });

        assertThat(codeOf(answer)).isEqualTo("branch-failed");
        assertNothingIsLeftOf(branch);
        assertThat(shelf.working().getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void refusesToBeginInsideOfATransaction() {
        var around = new TransactionTemplate(new PreparableDataSourceTransactionManager(shelf.working()));
        assertThatIllegalStateException()
                .isThrownBy(() -> around.executeWithoutResult(_ -> shelf.prepareTaking(branch(), "A")))
                .withMessageContaining("begins its own transaction");
    }

    // Hazards.

    @Test
    void reportsAHazardWhenWhatItShouldCommitIsGone() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        shelf.jdbcOutside().execute("rollback prepared '" + branch.gid() + "'");

        assertThat(executor.finish(branch, Decision.COMMIT)).isInstanceOf(FinishAnswer.Hazard.class);
        assertThat(executor.finish(branch, Decision.COMMIT)).isInstanceOf(FinishAnswer.Hazard.class);
        assertThat(shelf.hazards(branch)).isEqualTo(1);
    }

    @Test
    void reportsAHazardWhenWhatItShouldRollBackIsCommitted() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        shelf.jdbcOutside().execute("commit prepared '" + branch.gid() + "'");

        assertThat(executor.finish(branch, Decision.ABORT)).isInstanceOf(FinishAnswer.Hazard.class);
        assertThat(shelf.hazards(branch)).isEqualTo(1);
        assertThat(shelf.barrier(branch)).isEqualTo("WORK");
    }

    @Test
    void reportsAHazardWhenWhatItShouldCommitWasAborted() {
        var branch = branch();
        executor.finish(branch, Decision.ABORT);

        assertThat(executor.finish(branch, Decision.COMMIT)).isInstanceOf(FinishAnswer.Hazard.class);
        assertThat(shelf.hazards(branch)).isEqualTo(1);
    }

    @Test
    void findsWhatSomebodyCommittedByHandToBeAsDecided() {
        var branch = branch();
        shelf.prepareTaking(branch, "A");
        shelf.jdbcOutside().execute("commit prepared '" + branch.gid() + "'");

        assertThat(executor.finish(branch, Decision.COMMIT)).isEqualTo(new FinishAnswer.Done());
        assertThat(shelf.hazards(branch)).isZero();
    }

    private void assertNothingIsLeftOf(BranchId branch) {
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.barrier(branch)).isNull();
        assertThat(shelf.onHand("A")).isEqualTo(10);
    }

    static PrepareAnswer yes() {
        return new PrepareAnswer.Voted(new Vote.Yes());
    }

    static PrepareAnswer no(Refusal refusal) {
        return new PrepareAnswer.Voted(new Vote.No(refusal));
    }

    static String codeOf(PrepareAnswer answer) {
        return refusalOf(answer).code();
    }

    static Refusal refusalOf(PrepareAnswer answer) {
        if (answer instanceof PrepareAnswer.Voted(Vote.No(var refusal))) {
            return refusal;
        }
        throw new AssertionError("not a refusal: " + answer);
    }
}
