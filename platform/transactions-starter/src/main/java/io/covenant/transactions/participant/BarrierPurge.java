package io.covenant.transactions.participant;

import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deletes barrier rows that nobody can ask about any more, a few at a time.
final class BarrierPurge {

    private static final Logger LOG = LoggerFactory.getLogger(BarrierPurge.class);

    private static final String DELETE = """
            delete from branch_barrier
             where gid in (select gid
                             from branch_barrier
                            where at < now() - make_interval(secs => ?)
                            limit ?
                              for update skip locked)
            """;

    private final DataSource database;
    private final Duration retention;
    private final int batch;

    BarrierPurge(DataSource database, Duration retention, int batch) {
        this.database = database;
        this.retention = retention;
        this.batch = batch;
    }

    /// Deletes all that is old enough.
    ///
    /// @return how many rows
    long purge() {
        long deleted = 0;
        try (var connection = database.getConnection();
                var delete = connection.prepareStatement(DELETE)) {
            // Twice as long as requests are refused for being too old: clocks may differ a little.
            delete.setLong(1, retention.multipliedBy(2).toSeconds());
            delete.setInt(2, batch);
            int some;
            do {
                some = delete.executeUpdate();
                deleted += some;
            } while (some == batch);
        } catch (SQLException e) {
            throw new DatabaseSilentException("old barrier rows could not be deleted", e);
        }
        if (deleted > 0) {
            LOG.info("deleted {} barrier rows older than {}", deleted, retention.multipliedBy(2));
        }
        return deleted;
    }
}
