package io.covenant.coordinator.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/// Gives connections within a time, or says that it cannot.
///
/// A server that hangs still lets clients connect, and then never greets them; a driver's own time-outs for that
/// are easily forgotten.
public final class ImpatientDataSource extends DelegatingDataSource {

    private static final Logger LOG = LoggerFactory.getLogger(ImpatientDataSource.class);

    private final Duration patience;

    public ImpatientDataSource(DataSource database, Duration patience) {
        super(database);
        this.patience = patience;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var opening = new CompletableFuture<Connection>();
        Thread.ofVirtual().name("connecting").start(() -> open(opening));
        try {
            return opening.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw given(opening, new SQLTransientConnectionException("no connection within " + patience, "08001", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw given(opening, new SQLTransientConnectionException("interrupted", "08001", e));
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException refused ? refused : new SQLException(e.getCause());
        }
    }

    private void open(CompletableFuture<Connection> opening) {
        try {
            var connection = obtainTargetDataSource().getConnection();
            if (!opening.complete(connection)) {
                connection.close(); // nobody waits for it any more
            }
        } catch (SQLException | RuntimeException e) {
            if (!opening.completeExceptionally(e)) {
                LOG.debug("too late anyway", e);
            }
        }
    }

    private static SQLException given(CompletableFuture<Connection> opening, SQLException up) {
        opening.completeExceptionally(up);
        return up;
    }
}
