package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/// The statements about branches: each one round trip.
final class BranchEvidence {

    /// `set local`, with parameters and without a round trip of its own: the conditions are evaluated before the row is
    /// inserted, so that its own wait is bounded too.
    private static final String LIMITED = """
             where set_config('lock_timeout', ?, true) is not null
               and set_config('statement_timeout', ?, true) is not null
               and set_config('idle_in_transaction_session_timeout', ?, true) is not null
            """;

    /// Not `on conflict do nothing`, which looks into the index twice: a row that is there is the exception.
    private static final String ENTER = """
            insert into branch_barrier (gid, kind, transaction_id, operation)
            select ?, 'WORK', ?, ?
            """ + LIMITED;

    private static final String LIMIT_READING = "select 1" + LIMITED;

    private static final String FENCE = """
            insert into branch_barrier (gid, kind, transaction_id)
            select ?, 'FENCE', ?
             where set_config('lock_timeout', ?, true) is not null
            on conflict do nothing
            """;

    private static final String LOOK = "select kind from branch_barrier where gid = ?";

    private static final String IS_PREPARED =
            "select 1 from pg_prepared_xacts where gid = ? and database = current_database()";

    private static final String RECORD_HAZARD = """
            insert into branch_hazard (gid, transaction_id, decision, detail) values (?, ?, ?, ?)
            on conflict do nothing
            """;

    private BranchEvidence() {}

    /// The first statement of a branch: limits its waits, and inserts its barrier row.
    ///
    /// @return whether it did; not when the row was there already, and then the transaction has to be rolled back
    static boolean enter(Connection connection, Branch branch, BranchLimits limits) throws SQLException {
        try (var insert = connection.prepareStatement(ENTER)) {
            insert.setString(1, branch.id().gid());
            insert.setObject(2, branch.transaction().value());
            insert.setString(3, branch.operation());
            limit(insert, 4, branch, limits);
            return insert.executeUpdate() == 1;
        } catch (SQLException e) {
            if (SqlFailure.hasState(e, SqlFailure.UNIQUE_VIOLATION)) {
                return false;
            }
            throw e;
        }
    }

    /// The first statement of a branch that only reads.
    static void limitReading(Connection connection, Branch branch, BranchLimits limits) throws SQLException {
        try (var select = connection.prepareStatement(LIMIT_READING)) {
            limit(select, 1, branch, limits);
            select.execute();
        }
    }

    private static void limit(java.sql.PreparedStatement statement, int first, Branch branch, BranchLimits limits)
            throws SQLException {
        // Zero would mean: for ever.
        long left = Math.max(1, branch.timeLeft().toMillis());
        statement.setString(
                first, Long.toString(Math.min(left, limits.lockTimeout().toMillis())));
        statement.setString(first + 1, Long.toString(left));
        statement.setString(first + 2, Long.toString(left));
    }

    /// Puts the fence up, in a transaction of its own.
    ///
    /// @return whether it did; not when a row was there already
    /// @throws SQLException with state 55P03 when the branch is prepared, or is still being worked on
    static boolean fence(Connection autoCommitting, BranchId branch, Duration patience) throws SQLException {
        try (var insert = autoCommitting.prepareStatement(FENCE)) {
            insert.setString(1, branch.gid());
            insert.setObject(2, branch.transaction().value());
            insert.setString(3, Long.toString(Math.max(1, patience.toMillis())));
            return insert.executeUpdate() == 1;
        }
    }

    /// What the committed barrier row says.
    static Evidence look(Connection connection, BranchId branch) throws SQLException {
        try (var select = connection.prepareStatement(LOOK)) {
            select.setString(1, branch.gid());
            try (var row = select.executeQuery()) {
                return row.next() ? Evidence.valueOf(row.getString(1)) : Evidence.NONE;
            }
        }
    }

    static boolean isPrepared(Connection connection, BranchId branch) throws SQLException {
        try (var select = connection.prepareStatement(IS_PREPARED)) {
            select.setString(1, branch.gid());
            try (var row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /// @return whether it is a new one
    static boolean recordHazard(Connection autoCommitting, BranchId branch, Decision decision, String detail)
            throws SQLException {
        try (var insert = autoCommitting.prepareStatement(RECORD_HAZARD)) {
            insert.setString(1, branch.gid());
            insert.setObject(2, branch.transaction().value());
            insert.setString(3, decision.name());
            insert.setString(4, detail);
            return insert.executeUpdate() == 1;
        }
    }
}
