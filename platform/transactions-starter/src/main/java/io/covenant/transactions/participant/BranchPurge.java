package io.covenant.transactions.participant;

import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes barrier rows that nobody can ask about any more, and hazards that somebody has had the time to look at; a
/// few at a time.
///
/// Instances elect nobody for this: each takes rows that no other one has locked, at its own time of the hour, so that
/// they share the work rather than repeat it.
final class BranchPurge {

    private static final Logger LOG = LoggerFactory.getLogger(BranchPurge.class);

    private static final String BARRIERS = """
            delete from branch_barrier
             where gid in (select gid
                             from branch_barrier
                            where at < now() - make_interval(secs => ?)
                            limit ?
                              for update skip locked)
            """;

    private static final String HAZARDS = BARRIERS.replace("branch_barrier", "branch_hazard");

    /// Never before the barrier row: what a site has promised counts as long as its branch could be asked for. A
    /// branch that is prepared shows no barrier row yet.
    private static final String SITES = """
            delete from branch_site
             where gid in (select gid
                             from branch_site s
                            where at < now() - make_interval(secs => ?)
                              and not exists (select from branch_barrier b where b.gid = s.gid)
                              and not exists (select from pg_prepared_xacts p where p.gid = s.gid)
                            limit ?
                              for update skip locked)
            """;

    private final DataSource database;
    private final Duration barriersKept;
    private final Duration hazardsKept;
    private final BatchedDelete delete;

    BranchPurge(DataSource database, Duration barriersKept, Duration hazardsKept, int batch) {
        this.database = database;
        this.barriersKept = barriersKept;
        this.hazardsKept = hazardsKept;
        this.delete = new BatchedDelete(batch);
    }

    /// Deletes all that is old enough.
    ///
    /// @return how many rows
    long purge() {
        try (var connection = database.getConnection()) {
            long barriers = delete.run(connection, BARRIERS, barriersKept);
            if (barriers > 0) {
                LOG.info("deleted {} barrier rows older than {}", barriers, barriersKept);
            }
            long sites = delete.run(connection, SITES, barriersKept);
            long hazards = delete.run(connection, HAZARDS, hazardsKept);
            if (hazards > 0) {
                LOG.warn("forgot {} hazards older than {}", hazards, hazardsKept);
            }
            return barriers + sites + hazards;
        } catch (SQLException e) {
            throw new DatabaseSilentException("old rows about branches could not be deleted", e);
        }
    }
}
