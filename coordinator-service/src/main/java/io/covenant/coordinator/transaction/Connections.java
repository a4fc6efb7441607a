package io.covenant.coordinator.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A few connections for what does not go through a [WriteLane]. One that turns out to be broken is replaced at
/// once, so nobody has to wait for a pool to notice that the database is back.
public final class Connections implements AutoCloseable {

    /// One or more statements, each a transaction of its own, that may be run twice.
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final DataSource database;
    private final String sessionSettings;
    private final Semaphore permits;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    /// @param most            so many at a time
    /// @param sessionSettings SQL for a fresh connection
    public Connections(DataSource database, int most, String sessionSettings) {
        this.database = database;
        this.permits = new Semaphore(most);
        this.sessionSettings = sessionSettings;
    }

    /// @throws StoreUnavailableException if the database does not answer
    public <T> T run(Work<T> work) {
        try {
            if (!permits.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoreUnavailableException(new SQLException("all connections are busy"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException(e);
        }
        try {
            return runOnOne(work);
        } catch (SQLException e) {
            throw new StoreUnavailableException(e);
        } finally {
            permits.release();
        }
    }

    private <T> T runOnOne(Work<T> work) throws SQLException {
        var rested = idle.pollFirst();
        if (rested != null) {
            try {
                return keeping(rested, work);
            } catch (SQLException e) {
                if (!broken(e)) {
                    throw e;
                }
                LOG.debug("a connection was broken", e);
                closeIdle(); // the others are as old
            }
        }
        return keeping(open(), work);
    }

    private <T> T keeping(Connection connection, Work<T> work) throws SQLException {
        T result;
        try {
            result = work.on(connection);
        } catch (SQLException | RuntimeException e) {
            close(connection);
            throw e;
        }
        if (closed) {
            close(connection);
        } else {
            idle.addFirst(connection);
        }
        return result;
    }

    private static boolean broken(SQLException failure) {
        var state = failure.getSQLState();
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }

    private Connection open() throws SQLException {
        var fresh = database.getConnection();
        try (var statement = fresh.createStatement()) {
            fresh.setAutoCommit(true);
            fresh.setNetworkTimeout(Runnable::run, (int) PATIENCE.toMillis());
            statement.execute(sessionSettings);
            return fresh;
        } catch (SQLException e) {
            close(fresh);
            throw e;
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a broken connection", e);
        }
    }

    private void closeIdle() {
        for (var one = idle.pollFirst(); one != null; one = idle.pollFirst()) {
            close(one);
        }
    }

    @Override
    public void close() {
        closed = true;
        closeIdle();
    }
}
