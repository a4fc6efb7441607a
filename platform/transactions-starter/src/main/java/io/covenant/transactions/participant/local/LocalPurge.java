package io.covenant.transactions.participant.local;

import io.covenant.transactions.participant.BatchedDelete;
import io.covenant.transactions.participant.DatabaseSilentException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes barrier rows that nobody can ask about any more, a few at a time.
///
/// Never those of what is still reserved, nor of a step that is accepted and not reported to be over: however
/// old, their end is still to come. Of a step that is done so long ago nobody may say that it was not: whoever
/// asks to compensate it is told that it is too old.
final class LocalPurge {

    private static final Logger LOG = LoggerFactory.getLogger(LocalPurge.class);

    private static final String ROWS = """
            delete from branch_local
             where (gid, op) in (select gid, op
                                   from branch_local
                                  where at < now() - make_interval(secs => ?)
                                    and until is null and kind <> 'ACCEPTED'
                                  limit ?
                                    for update skip locked)
            """;

    private static final String REPORTS = """
            delete from step_report
             where gid in (select gid
                             from step_report
                            where at < now() - make_interval(secs => ?)
                            limit ?
                              for update skip locked)
            """;

    private final DataSource database;
    private final Duration kept;
    private final BatchedDelete delete;

    LocalPurge(DataSource database, Duration kept, int batch) {
        this.database = database;
        this.kept = kept;
        this.delete = new BatchedDelete(batch);
    }

    /// Deletes all that is old enough.
    ///
    /// @return how many rows
    long purge() {
        long deleted = 0;
        try (var connection = database.getConnection()) {
            for (var sql : List.of(ROWS, REPORTS)) {
                deleted += delete.run(connection, sql, kept);
            }
        } catch (SQLException e) {
            throw new DatabaseSilentException("old rows of local branches could not be deleted", e);
        }
        if (deleted > 0) {
            LOG.info("deleted {} rows of local branches older than {}", deleted, kept);
        }
        return deleted;
    }
}
