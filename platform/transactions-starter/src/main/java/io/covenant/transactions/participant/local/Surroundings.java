package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.BranchMemory;
import io.covenant.transactions.participant.PreparableTransactions;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What every request about a local branch needs.
///
/// @param beside the same database, for what is written outside of any branch
record Surroundings(
        PreparableTransactions transactions,
        DataSource beside,
        LocalLimits limits,
        BranchMemory memory,
        CrashPoints crashPoints,
        LocalMetrics metrics) {

    private static final Logger LOG = LoggerFactory.getLogger(Surroundings.class);
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String SERIALIZATION_FAILURE = "40001";

    /// Whether a barrier row could not be had because somebody holds it and has not committed.
    static boolean isTaken(SQLException error) {
        return LOCK_NOT_AVAILABLE.equals(error.getSQLState()) || SERIALIZATION_FAILURE.equals(error.getSQLState());
    }

    /// Puts on record that a branch is not as decided.
    void hazard(BranchId branch, Decision decision, String detail) {
        try (var connection = beside.getConnection()) {
            boolean isNew = BarrierRows.recordHazard(connection, branch, decision, detail);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            if (isNew) {
                metrics.hazard();
                LOG.error("HAZARD {}: {}", branch, detail);
            }
        } catch (SQLException e) {
            LOG.error("HAZARD {}: {}; it could not be recorded", branch, detail, e);
        }
    }
}
