package io.covenant.transactions.participant;

import static io.covenant.transactions.participant.BranchExecutorTests.codeOf;
import static io.covenant.transactions.participant.BranchExecutorTests.refusalOf;
import static io.covenant.transactions.participant.BranchExecutorTests.yes;
import static io.covenant.transactions.participant.Shelf.ENOUGH;
import static io.covenant.transactions.participant.Shelf.branch;
import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.testing.DatabaseOf;
import io.covenant.testing.RealPostgres;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionTemplate;

/// What PostgreSQL does at `PREPARE TRANSACTION` that nobody expects.
@RealPostgres
@Timeout(60)
class PrepareTrapsTests {

    private final Shelf shelf;
    private final BranchExecutor executor;

    PrepareTrapsTests(TestDatabase database) {
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
    void votesNoWhenADeferredConstraintFailsAtThePrepare() {
        shelf.jdbcOutside().update("delete from slot");
        var branch = branch();
        var answer = executor.prepare(branch, "fill", ENOUGH, _ -> {
            shelf.jdbc().update("insert into slot values (1)");
            shelf.jdbc().update("insert into slot values (1)");
        });

        assertThat(refusalOf(answer).code()).isEqualTo("constraint-violated");
        assertThat(refusalOf(answer).parameters()).containsEntry("constraint", "slot_once");
        assertGone(branch);
        assertPoolIsClean();
    }

    /// In a failed transaction PREPARE answers ROLLBACK, and no error.
    @Test
    void votesNoWhenTheMethodSwallowsAnSqlError() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            try {
                shelf.take("A", 11);
            } catch (DataAccessException swallowed) {
                // as a careless method does
            }
        });

        assertThat(codeOf(answer)).isEqualTo("not-preparable");
        assertGone(branch);
        assertPoolIsClean();
    }

    @Test
    void preparesAMethodThatRecoversAtASavepoint() {
        var branch = branch();
        var nested = new TransactionTemplate(new PreparableDataSourceTransactionManager(shelf.working()));
        nested.setPropagationBehavior(TransactionTemplate.PROPAGATION_NESTED);
        var joining = branch;
        var answer = executor.prepare(joining, "take", ENOUGH, _ -> {
            shelf.take("A", 1);
            try {
                nested.executeWithoutResult(_ -> shelf.take("B", 11));
            } catch (DataAccessException recovered) {
                shelf.take("A", 1);
            }
        });

        assertThat(answer).isEqualTo(yes());
        executor.finish(branch, Decision.COMMIT);
        assertThat(shelf.onHand("A")).isEqualTo(8);
        assertThat(shelf.onHand("B")).isEqualTo(10);
    }

    @Test
    void votesNoWhenTheMethodUsesATemporaryTable(TestDatabase database) {
        shelf.jdbcOutside().execute("grant temporary on database " + database.name() + " to public");
        assertNotPreparable("create temporary table scratch (id int) on commit drop");
    }

    @Test
    void votesNoWhenTheMethodNotifies() {
        assertNotPreparable("notify stock");
    }

    @Test
    void votesNoWhenTheMethodListens() {
        assertNotPreparable("listen stock");
    }

    @Test
    void votesNoWhenTheMethodHoldsACursor() {
        assertNotPreparable("declare held cursor with hold for select * from item");
    }

    @Test
    void votesNoWhenTheMethodExportsItsSnapshot() {
        assertNotPreparable("select pg_export_snapshot()");
    }

    @Test
    void votesNoWhenTheMethodMixesAdvisoryLocksOnOneKey() {
        assertNotPreparable("select pg_advisory_lock(7), pg_advisory_xact_lock(7)");
        // A session's lock outlives its transaction; whoever takes one has to give it back.
        shelf.working().getHikariPoolMXBean().softEvictConnections();
    }

    private void assertNotPreparable(String sql) {
        var branch = branch();
        var answer = executor.prepare(branch, "odd", ENOUGH, _ -> {
            shelf.take("A", 1);
            shelf.jdbc().execute(sql);
        });

        assertThat(codeOf(answer)).isEqualTo("not-preparable");
        assertGone(branch);
        assertThat(shelf.onHand("A")).isEqualTo(10);
        assertPoolIsClean();
    }

    @Test
    void votesNoWhenTheMethodEndsTheTransactionItself() {
        var branch = branch();
        var answer = executor.prepare(branch, "take", ENOUGH, _ -> {
            var connection = DataSourceUtils.getConnection(shelf.working());
            connection.rollback();
        });

        assertThat(codeOf(answer)).isEqualTo("not-preparable");
        assertGone(branch);
    }

    @Test
    void votesNoWhenAnotherDatabaseOfTheServerUsesTheSameBranchName(@DatabaseOf("other") TestDatabase other) {
        try (var stranger = new Shelf(other)) {
            var branch = branch();
            assertThat(stranger.with("A", 1).prepareTaking(branch, "A")).isEqualTo(yes());

            assertThat(codeOf(shelf.prepareTaking(branch, "A"))).isEqualTo("branch-name-taken");

            // Nor can one finish what is the other's: it does not know.
            assertThat(executor.finish(branch, Decision.COMMIT)).isInstanceOf(FinishAnswer.Unknown.class);
            assertThat(stranger.isPrepared(branch)).isTrue();
            assertThat(shelf.hazards(branch)).isZero();
        }
    }

    @Test
    void cannotFinishWhatAnotherRolePrepared(TestDatabase database) {
        var branch = branch();
        shelf.jdbcOutside()
                .execute("begin; insert into branch_barrier (gid, kind, transaction_id) values ('"
                        + branch.gid() + "', 'WORK', '" + branch.transaction() + "'); prepare transaction '"
                        + branch.gid()
                        + "'");

        assertThat(executor.finish(branch, Decision.COMMIT)).isInstanceOf(FinishAnswer.Unknown.class);
        assertThat(shelf.isPrepared(branch)).isTrue();
        assertThat(database.prepared()).contains(branch.gid());
        shelf.jdbcOutside().execute("rollback prepared '" + branch.gid() + "'");
    }

    @Test
    void keepsTheLocksOfWhatIsPrepared() {
        var first = branch();
        shelf.prepareTaking(first, "A");

        var second = executor.prepare(branch(), "take", ENOUGH, _ -> shelf.take("A", 1));

        assertThat(codeOf(second)).isEqualTo("lock-timeout");
        executor.finish(first, Decision.COMMIT);
        assertThat(shelf.prepareTaking(branch(), "A")).isEqualTo(yes());
    }

    @Test
    void limitsLocksStatementsAndIdlenessByTheDeadline() {
        executor.prepare(branch(), "look", Duration.ofSeconds(20), _ -> {
            assertThat(millis("lock_timeout")).isEqualTo(1000);
            assertThat(millis("statement_timeout")).isBetween(2000, 20_000);
            assertThat(millis("idle_in_transaction_session_timeout")).isBetween(2000, 20_000);
        });
        executor.prepare(
                branch(),
                "look",
                Duration.ofMillis(800),
                _ -> assertThat(millis("lock_timeout")).isBetween(1, 800));
        // What a branch set is forgotten with its transaction.
        assertThat(millis("lock_timeout")).isZero();
    }

    @Test
    void votesNoWhenAStatementOutlivesTheDeadline() {
        var answer = executor.prepare(
                branch(), "sleep", Duration.ofMillis(300), _ -> shelf.jdbc().execute("select pg_sleep(10)"));
        assertThat(codeOf(answer)).isIn("deadline-passed", "statement-timeout");
    }

    @Test
    void votesNoWhenTheMethodReturnsAfterTheDeadline() {
        var branch = branch();
        var answer = executor.prepare(branch, "think", Duration.ofMillis(150), given -> {
            shelf.take("A", 1);
            while (!given.timeLeft().isZero()) {
                Thread.onSpinWait();
            }
        });
        // Whether this process or PostgreSQL's idle session limit notices first is open.
        assertThat(answer).isNotEqualTo(yes());
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.onHand("A")).isEqualTo(10);
    }

    @Test
    void neverLeavesAConnectionInATransaction() throws SQLException {
        for (int i = 0; i < 20; i++) {
            executor.finish(prepared(), i % 2 == 0 ? Decision.ABORT : Decision.COMMIT);
        }
        assertPoolIsClean();
        assertThat(shelf.onHand("A")).isEqualTo(0);
    }

    private BranchId prepared() {
        var branch = branch();
        assertThat(shelf.prepareTaking(branch, "A")).isEqualTo(yes());
        return branch;
    }

    private int millis(String setting) {
        var value = shelf.jdbc()
                .queryForObject("select setting::int from pg_settings where name = ?", Integer.class, setting);
        return value == null ? -1 : value;
    }

    private void assertGone(BranchId branch) {
        assertThat(shelf.isPrepared(branch)).isFalse();
        assertThat(shelf.barrier(branch)).isNull();
    }

    private void assertPoolIsClean() {
        assertThat(shelf.working().getHikariPoolMXBean().getActiveConnections()).isZero();
        assertThat(shelf.jdbcOutside()
                        .queryForObject(
                                "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
                                Integer.class))
                .isZero();
    }
}
