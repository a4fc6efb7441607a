package io.covenant.coordinator.database;

import io.covenant.web.database.DatabaseAwayException;
import io.covenant.web.database.DatabaseWait;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/// Migrates the database as soon as it answers, and does not keep a coordinator waiting for that: what needs no
/// database runs at once, and what does finds it away until its schema is up to date.
///
/// A database that answers and refuses ends the start-up, as always.
public final class LateSchema implements FlywayMigrationStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(LateSchema.class);
    private static final Duration FOR_EVER = Duration.ofDays(3650);

    private final String url;
    private volatile boolean current;

    /// @param url the JDBC URL, for people
    public LateSchema(String url) {
        this.url = url;
    }

    @Override
    public void migrate(Flyway flyway) {
        try {
            migrate(flyway, Duration.ZERO);
        } catch (DatabaseAwayException away) {
            LOG.warn("starting without the database: only PAXOS_COMMIT can run until it answers");
            Thread.ofPlatform().name("late-schema").daemon().start(() -> migrateLate(flyway));
        }
    }

    private void migrate(Flyway flyway, Duration patience) {
        new DatabaseWait(url, patience).migrate(flyway);
        current = true;
    }

    private void migrateLate(Flyway flyway) {
        try {
            migrate(flyway, FOR_EVER);
            LOG.info("the database is there, and its schema is up to date");
        } catch (RuntimeException e) {
            LOG.error(
                    "the schema cannot be brought up to date: only PAXOS_COMMIT runs until that is mended and this"
                            + " coordinator is started again",
                    e);
        }
    }

    /// The same database, away until its schema is up to date.
    public DataSource guard(DataSource database) {
        return new DelegatingDataSource(database) {
            @Override
            public Connection getConnection() throws SQLException {
                if (!current) {
                    throw new SQLTransientConnectionException("its schema is not up to date yet", "08001");
                }
                return super.getConnection();
            }
        };
    }
}
