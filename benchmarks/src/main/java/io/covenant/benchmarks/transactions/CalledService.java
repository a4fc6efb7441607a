package io.covenant.benchmarks.transactions;

import com.zaxxer.hikari.HikariDataSource;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.Branch;
import io.covenant.transactions.participant.BranchExecutor;
import io.covenant.transactions.participant.BranchMemory;
import io.covenant.transactions.participant.BranchRefusedException;
import io.covenant.transactions.participant.BranchWork;
import io.covenant.transactions.participant.PreparableDataSourceTransactionManager;
import io.covenant.transactions.participant.local.LocalExecutor;
import io.covenant.transactions.participant.local.LocalLimits;
import io.covenant.transactions.participant.local.LocalMetrics;
import io.covenant.transactions.participant.local.SettlingWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/// One participant of the platform in this process: its executors over one database, and the work of its branches.
final class CalledService implements AutoCloseable {

    private static final String REFUSAL = "not-possible";

    /// The floor counts a wait for a row that was too long as a refusal as well.
    static final Set<String> REFUSALS = Set.of(REFUSAL, "lock-timeout");

    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final HikariDataSource working;
    private final HikariDataSource finishing;
    private final Work work;
    private final BranchExecutor prepared;
    private final LocalExecutor local;

    /// As in the services: one pool for work, one for finishing.
    CalledService(Database database, int connections, Work work) {
        this.working = database.pool(InProcess.PREFIX, connections);
        this.finishing = database.pool(InProcess.PREFIX + "-finish", connections);
        this.work = work;
        this.prepared = BranchExecutor.over(working, finishing);
        this.local = new LocalExecutor(
                new PreparableDataSourceTransactionManager(working),
                finishing,
                LocalLimits.defaults(),
                new BranchMemory(REMEMBERED, InstantSource.system()),
                CrashPoints.none(),
                LocalMetrics.none());
    }

    /// What a service does under each protocol.
    interface Work {

        /// All of it at once; false when it refuses.
        boolean whole(Connection connection, Purchase purchase) throws SQLException;

        /// Undoes that.
        void undo(Connection connection, Purchase purchase) throws SQLException;

        /// Reserves; false when it refuses.
        boolean hold(Connection connection, String branch, Purchase purchase) throws SQLException;

        /// Uses the reservation; false when there is none.
        boolean confirm(Connection connection, String branch) throws SQLException;

        /// Gives the reservation back.
        void cancel(Connection connection, String branch) throws SQLException;
    }

    BranchExecutor prepared() {
        return prepared;
    }

    LocalExecutor local() {
        return local;
    }

    BranchWork whole(Purchase purchase) {
        return _ -> refuseUnless(work.whole(connection(), purchase));
    }

    BranchWork undoing(Purchase purchase) {
        return _ -> work.undo(connection(), purchase);
    }

    boolean hold(Branch branch, Purchase purchase) throws SQLException {
        refuseUnless(work.hold(connection(), branch.id().gid(), purchase));
        return true;
    }

    SettlingWork settling() {
        return (_, decision) -> branch -> settle(branch.id().gid(), decision);
    }

    private void settle(String branch, Decision decision) throws SQLException {
        switch (decision) {
            case COMMIT -> {
                if (!work.confirm(connection(), branch)) {
                    throw new IllegalStateException("nothing is held for " + branch);
                }
            }
            case ABORT -> work.cancel(connection(), branch);
        }
    }

    private static void refuseUnless(boolean possible) {
        if (!possible) {
            throw new BranchRefusedException(REFUSAL, "This order is not possible.");
        }
    }

    private Connection connection() {
        DataSource source = working;
        return DataSourceUtils.getConnection(source);
    }

    @Override
    public void close() {
        working.close();
        finishing.close();
    }
}
