package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.EvidenceReply.Shown;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.transactions.wire.PreparedBranches.Prepared;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import javax.sql.DataSource;

/// What the database shows of branches, for people who look after them.
final class BranchInsight {

    /// A prepared transaction has no process; the lock on its own number tells under which name it holds the others.
    private static final String PREPARED = """
            select x.gid,
                   greatest(0, extract(epoch from clock_timestamp() - x.prepared) * 1000)::bigint,
                   (select count(*) from pg_locks own
                      join pg_locks l on l.virtualtransaction = own.virtualtransaction and l.pid is null
                     where own.locktype = 'transactionid' and own.transactionid = x.transaction and own.pid is null),
                   (select count(*) from pg_locks l
                     where l.locktype = 'transactionid' and l.transactionid = x.transaction and not l.granted)
              from pg_prepared_xacts x
             where x.database = current_database() and x.owner = current_user
             order by x.prepared
            """;

    /// Of a branch that commits by itself. What is reserved waits for the decision, unless it was found to be gone.
    private static final String LOCAL = """
            select case when ended.kind = 'CONFIRM' then 'WORK'
                        when ended.kind = 'CANCEL' or worked.kind in ('FENCE', 'REJECTED') then 'FENCE'
                        when worked.until is not null and hazard.gid is not null then 'NONE'
                        when worked.until is not null or worked.kind = 'ACCEPTED' then 'PREPARED'
                        when worked.kind = 'WORK' then 'WORK'
                        else 'NONE' end
              from (values (?)) as branch (gid)
              left join branch_local worked on worked.gid = branch.gid and worked.op = 'WORK'
              left join branch_local ended on ended.gid = branch.gid and ended.op = 'END'
              left join branch_hazard hazard on hazard.gid = branch.gid
            """;

    private final DataSource database;

    BranchInsight(DataSource database) {
        this.database = database;
    }

    /// The branches that are prepared, the oldest first.
    PreparedBranches prepared() {
        var prepared = new ArrayList<Prepared>();
        try (var connection = database.getConnection();
                var select = connection.prepareStatement(PREPARED);
                var rows = select.executeQuery()) {
            while (rows.next()) {
                var gid = rows.getString(1);
                if (BranchId.parse(gid).isPresent()) {
                    prepared.add(new Prepared(gid, rows.getLong(2), rows.getInt(3), rows.getInt(4)));
                }
            }
        } catch (SQLException e) {
            throw new DatabaseSilentException("pg_prepared_xacts could not be read", e);
        }
        return new PreparedBranches(prepared);
    }

    /// What there is of a branch. Prepared is looked for first and last: a branch that commits in between shows one or
    /// the other.
    Shown evidence(BranchId branch) {
        try (var connection = database.getConnection()) {
            if (BranchEvidence.isPrepared(connection, branch)) {
                return Shown.PREPARED;
            }
            return switch (BranchEvidence.look(connection, branch)) {
                case WORK -> Shown.WORK;
                case FENCE -> Shown.FENCE;
                case NONE, PREPARED, RUNNING ->
                    BranchEvidence.isPrepared(connection, branch) ? Shown.PREPARED : local(connection, branch);
            };
        } catch (SQLException e) {
            throw new DatabaseSilentException("the barrier row could not be read", e);
        }
    }

    private static Shown local(Connection connection, BranchId branch) throws SQLException {
        try (var select = connection.prepareStatement(LOCAL)) {
            select.setString(1, branch.gid());
            try (var row = select.executeQuery()) {
                row.next();
                return Shown.valueOf(row.getString(1));
            }
        }
    }
}
