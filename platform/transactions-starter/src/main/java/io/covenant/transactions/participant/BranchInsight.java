package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.wire.EvidenceReply.Shown;
import io.covenant.transactions.wire.PreparedBranches;
import io.covenant.transactions.wire.PreparedBranches.Holding;
import io.covenant.transactions.wire.PreparedBranches.Prepared;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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

    /// Reserved, and not found to be gone. Nobody looks through more.
    private static final String RESERVED = """
            select gid, greatest(0, extract(epoch from clock_timestamp() - at) * 1000)::bigint, 0, 0
              from branch_local
             where until is not null
               and not exists (select from branch_hazard hazard where hazard.gid = branch_local.gid)
             order by at limit 1000
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

    /// The branches that are prepared, the oldest first, then those that have reserved.
    PreparedBranches prepared() {
        try (var connection = database.getConnection()) {
            var held = new ArrayList<>(held(connection, PREPARED, Holding.PREPARED));
            held.addAll(held(connection, RESERVED, Holding.RESERVED));
            return new PreparedBranches(held);
        } catch (SQLException e) {
            throw new DatabaseSilentException("what is prepared and reserved could not be read", e);
        }
    }

    private static List<Prepared> held(Connection connection, String query, Holding how) throws SQLException {
        var held = new ArrayList<Prepared>();
        try (var select = connection.prepareStatement(query);
                var rows = select.executeQuery()) {
            while (rows.next()) {
                var gid = rows.getString(1);
                if (BranchId.parse(gid).isPresent()) {
                    held.add(new Prepared(gid, rows.getLong(2), rows.getInt(3), rows.getInt(4), how));
                }
            }
        }
        return held;
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
