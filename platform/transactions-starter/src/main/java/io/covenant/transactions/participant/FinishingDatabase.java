package io.covenant.transactions.participant;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.DataSourceUnwrapper;

/// Connections for the second phase, set apart from those for work: however many requests wait for the locks of a
/// prepared branch, the one who comes to commit it finds a connection.
public record FinishingDatabase(
        DataSource dataSource, @Nullable HikariDataSource pool) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FinishingDatabase.class);

    /// A pool like the one of the service, to the same database with the same role.
    ///
    /// @param most connections
    static FinishingDatabase beside(DataSource working, int most) {
        var services = DataSourceUnwrapper.unwrap(working, HikariConfigMXBean.class, HikariDataSource.class);
        if (services == null) {
            LOG.warn(
                    "The data source is no HikariDataSource, so branches are finished on the same connections that work"
                            + " uses: work that waits for a prepared branch may delay its commit.");
            return new FinishingDatabase(working, null);
        }
        var config = new HikariConfig();
        services.copyStateTo(config);
        config.setPoolName("branch-finishers");
        config.setMaximumPoolSize(most);
        config.setMinimumIdle(1);
        config.setAutoCommit(true);
        // A database that is down must not end the start-up here.
        config.setInitializationFailTimeout(-1);
        var pool = new HikariDataSource(config);
        return new FinishingDatabase(pool, pool);
    }

    @Override
    public void close() {
        if (pool != null) {
            pool.close();
        }
    }
}
