package io.covenant.web.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;

/// Migrates once the database answers: a service that is started together with its database waits for it, and says so.
///
/// Only for a database that is away. One that answers, and refuses the password or has no such database, ends the
/// start-up at once. Flyway's own `connectRetries` does not know the difference.
public final class DatabaseWait implements FlywayMigrationStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseWait.class);

    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final Duration REMIND_EVERY = Duration.ofSeconds(10);

    private final String database;
    private final Duration patience;

    /// @param url      the JDBC URL, for people
    /// @param patience after which it gives up with a [DatabaseAwayException]
    public DatabaseWait(String url, Duration patience) {
        this.database = url.replaceFirst("\\?.*", ""); // what follows may be secret
        this.patience = patience;
    }

    @Override
    public void migrate(Flyway flyway) {
        await(flyway.getConfiguration().getDataSource());
        flyway.migrate();
    }

    void await(DataSource dataSource) {
        long start = System.nanoTime();
        long reminded = 0;
        for (var away = lookAt(dataSource); away != null; away = lookAt(dataSource)) {
            long waited = System.nanoTime() - start;
            if (waited >= patience.toNanos()) {
                throw new DatabaseAwayException(
                        "%s has not answered for %d s: %s"
                                .formatted(database, TimeUnit.NANOSECONDS.toSeconds(waited), away.getMessage()),
                        fix(),
                        away);
            }
            if (reminded == 0 || waited >= reminded) {
                reminded = waited + REMIND_EVERY.toNanos();
                LOG.warn(
                        "{} does not answer; waiting for it, {} s more at most. {} ({})",
                        database,
                        TimeUnit.NANOSECONDS.toSeconds(patience.toNanos() - waited),
                        fix(),
                        away.getMessage());
            }
            pause();
        }
        if (reminded != 0) {
            LOG.info("{} answers after {} ms", database, (System.nanoTime() - start) / 1_000_000);
        }
    }

    private static String fix() {
        return "Start the PostgreSQL server there, or correct SPRING_DATASOURCE_URL.";
    }

    /// Why it does not answer; nothing when it does, be it with a refusal.
    private static @Nullable SQLException lookAt(DataSource dataSource) {
        try (var _ = dataSource.getConnection()) {
            return null;
        } catch (SQLException e) {
            return isAway(e) ? e : null;
        }
    }

    /// A pool wraps what the driver said.
    private static boolean isAway(SQLException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException said && said.getSQLState() != null) {
                var state = said.getSQLState();
                // Connection failures, and a server that is starting or stopping.
                if (state.startsWith("08") || state.equals("57P03")) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Waits without a limit of its own, by which Spring knows a start that a SIGTERM need not wait for.
    private static void pause() {
        var _ = new CompletableFuture<@Nullable Void>()
                .completeOnTimeout(null, PAUSE.toNanos(), TimeUnit.NANOSECONDS)
                .join();
    }
}
