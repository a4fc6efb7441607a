package io.covenant.transactions.participant.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.Branch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The statements about barrier rows of local branches: each one round trip, all in the transaction of their caller.
///
/// An insert takes the row's key: it waits for whoever inserted it and has not committed.
final class BarrierRows {

    /// Which row.
    enum Row {
        WORK,
        END
    }

    /// What a work row says.
    enum Work {
        WORK,
        FENCE,
        ACCEPTED,
        REJECTED
    }

    /// What an end row says.
    enum End {
        CONFIRM,
        CANCEL
    }

    /// The rows of a branch.
    ///
    /// @param operation what was done
    record Seen(
            @Nullable Work work,
            @Nullable End end,
            @Nullable String operation) {

        /// The same without what this transaction has inserted itself.
        Seen without(Set<Row> mine) {
            return new Seen(
                    mine.contains(Row.WORK) ? null : work,
                    mine.contains(Row.END) ? null : end,
                    mine.contains(Row.WORK) ? null : operation);
        }
    }

    /// How long the transaction may wait for one lock, and last.
    record Patience(Duration lock, Duration all) {

        private void set(PreparedStatement statement, int first) throws SQLException {
            // Zero would mean: for ever.
            long left = Math.max(1, all.toMillis());
            statement.setString(first, Long.toString(Math.clamp(lock.toMillis(), 1, left)));
            statement.setString(first + 1, Long.toString(left));
            statement.setString(first + 2, Long.toString(left));
        }
    }

    /// `set local` without a round trip of its own: the conditions are evaluated before a row is inserted, so that its
    /// own wait is bounded too.
    private static final String LIMITED = """
             where set_config('lock_timeout', ?, true) is not null
               and set_config('statement_timeout', ?, true) is not null
               and set_config('idle_in_transaction_session_timeout', ?, true) is not null
            """;

    private static final String INSERT_WORK = """
            insert into branch_local (gid, op, kind, transaction_id, operation, until)
            select ?, 'WORK', ?, ?, ?, now() + make_interval(secs => ?)
            """ + LIMITED + "on conflict do nothing";

    private static final String INSERT_CONFIRM = """
            insert into branch_local (gid, op, kind, transaction_id)
            select ?, 'END', 'CONFIRM', ?
            """ + LIMITED + "on conflict do nothing";

    private static final String INSERT_FENCE_AND_CANCEL =
            """
            insert into branch_local (gid, op, kind, transaction_id)
            select ?, op, kind, ? from (values (1, 'WORK', 'FENCE'), (2, 'END', 'CANCEL')) as row (place, op, kind)
            """ + LIMITED + "order by place on conflict do nothing returning op";

    private static final String LOCK = "select 1 from branch_local where gid = ? and op = 'WORK' for update";

    private static final String LOOK = "select op, kind, operation from branch_local where gid = ? for update";

    /// What is over is asked after no more, and can be purged.
    private static final String END_WORK = """
            update branch_local set until = null, kind = case kind when 'ACCEPTED' then 'WORK' else kind end
             where gid = ? and op = 'WORK'
            """;

    private static final String REPORT = "update branch_local set kind = ? where gid = ? and op = 'WORK'";

    private static final String RECORD_HAZARD = """
            insert into branch_hazard (gid, transaction_id, decision, detail) values (?, ?, ?, ?)
            on conflict do nothing
            """;

    private BarrierRows() {}

    /// @param holds after how long to ask what becomes of it; `null` for what is not reserved
    /// @return whether the row is new
    static boolean insertWork(
            Connection connection, Branch branch, Work kind, @Nullable Duration holds, Patience patience)
            throws SQLException {
        try (var insert = connection.prepareStatement(INSERT_WORK)) {
            insert.setString(1, branch.id().gid());
            insert.setString(2, kind.name());
            insert.setObject(3, branch.transaction().value());
            insert.setString(4, branch.operation());
            if (holds == null) {
                insert.setNull(5, java.sql.Types.DOUBLE);
            } else {
                insert.setDouble(5, holds.toMillis() / 1000.0);
            }
            patience.set(insert, 6);
            return insert.executeUpdate() == 1;
        }
    }

    /// @return whether the row is new
    static boolean insertConfirm(Connection connection, BranchId branch, Patience patience) throws SQLException {
        try (var insert = connection.prepareStatement(INSERT_CONFIRM)) {
            insert.setString(1, branch.gid());
            insert.setObject(2, branch.transaction().value());
            patience.set(insert, 3);
            return insert.executeUpdate() == 1;
        }
    }

    /// Inserts the work row as a fence, and the end row, each where it is missing.
    ///
    /// @return which are new
    static Set<Row> insertFenceAndCancel(Connection connection, BranchId branch, Patience patience)
            throws SQLException {
        try (var insert = connection.prepareStatement(INSERT_FENCE_AND_CANCEL)) {
            insert.setString(1, branch.gid());
            insert.setObject(2, branch.transaction().value());
            patience.set(insert, 3);
            var mine = EnumSet.noneOf(Row.class);
            try (var rows = insert.executeQuery()) {
                while (rows.next()) {
                    mine.add(Row.valueOf(rows.getString(1)));
                }
            }
            return mine;
        }
    }

    /// Takes the key of a work row that is there.
    static void lockWork(Connection connection, BranchId branch) throws SQLException {
        try (var lock = connection.prepareStatement(LOCK)) {
            lock.setString(1, branch.gid());
            lock.execute();
        }
    }

    static Seen look(Connection connection, BranchId branch) throws SQLException {
        Work work = null;
        End end = null;
        String operation = null;
        try (var select = connection.prepareStatement(LOOK)) {
            select.setString(1, branch.gid());
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    switch (Row.valueOf(rows.getString(1))) {
                        case WORK -> {
                            work = Work.valueOf(rows.getString(2));
                            operation = rows.getString(3);
                        }
                        case END -> end = End.valueOf(rows.getString(2));
                    }
                }
            }
        }
        return new Seen(work, end, operation);
    }

    static void endWork(Connection connection, BranchId branch) throws SQLException {
        try (var update = connection.prepareStatement(END_WORK)) {
            update.setString(1, branch.gid());
            update.executeUpdate();
        }
    }

    static void report(Connection connection, BranchId branch, Work kind) throws SQLException {
        try (var update = connection.prepareStatement(REPORT)) {
            update.setString(1, kind.name());
            update.setString(2, branch.gid());
            update.executeUpdate();
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
