package io.covenant.coordinator.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Group commit: one thread and one connection that write whatever has been submitted, together. While one batch is
/// on its way to the disk the next one gathers, so batches are as large as the disk is slow; a [Gathering] makes them
/// larger.
///
/// A connection that breaks is replaced at once and the batch is written again, so what is written must bear being
/// written twice. While the database is away whatever is submitted fails at once.
///
/// @param <W> what is written
final class WriteLane<W> implements AutoCloseable {

    /// Writes batches and gives the answers.
    interface Writer<W> {

        /// Writes all of it and answers each; answers nothing if it throws.
        void write(Connection connection, List<W> batch) throws SQLException;

        /// Answers that it is unknown whether this was written.
        void failed(W work, SQLException reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(WriteLane.class);

    private static final int LARGEST_BATCH = 512;

    /// A database that takes longer than this over a batch is as good as away.
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(10);

    /// How long nobody tries to connect again after it has failed.
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final String name;
    private final DataSource database;
    private final String sessionSettings;
    private final Gathering gathering;
    private final Writer<W> writer;
    private final LinkedBlockingQueue<W> submitted = new LinkedBlockingQueue<>();
    private final Thread thread;

    private volatile boolean closing;

    // Of the thread alone.
    private @Nullable Connection connection;
    private @Nullable SQLException away;
    private long awaySince;
    private long lastWrite = System.nanoTime();

    /// @param sessionSettings SQL for a fresh connection
    WriteLane(String name, DataSource database, String sessionSettings, Gathering gathering, Writer<W> writer) {
        this.name = name;
        this.database = database;
        this.sessionSettings = sessionSettings;
        this.gathering = gathering;
        this.writer = writer;
        this.thread = Thread.ofPlatform().name("write-lane-" + name).daemon().start(this::run);
    }

    void submit(W work) {
        submitted.add(work);
    }

    private void run() {
        var batch = new ArrayList<W>();
        while (gather(batch)) {
            lastWrite = System.nanoTime();
            write(batch);
            batch.clear();
        }
        // What came while it was closing is not written any more, but it is answered.
        submitted.drainTo(batch);
        batch.forEach(work -> writer.failed(work, new SQLException("the coordinator is closed")));
        disconnect();
    }

    private boolean gather(List<W> batch) {
        try {
            while (batch.isEmpty()) {
                var first = submitted.poll(closing ? 0 : 1000, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                } else if (closing) {
                    return false;
                }
            }
            var pause = gathering.pause(Duration.ofNanos(System.nanoTime() - lastWrite));
            if (pause.isPositive() && !closing) {
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            // only by close: go on at once, and to the end
        }
        submitted.drainTo(batch, LARGEST_BATCH - batch.size());
        return !batch.isEmpty() || !closing;
    }

    private void write(List<W> batch) {
        if (batch.isEmpty()) {
            return;
        }
        boolean fresh = connection == null;
        try {
            writer.write(connect(), batch);
            return;
        } catch (SQLException e) {
            LOG.debug("lane {}: {} writes failed", name, batch.size(), e);
            disconnect();
            if (fresh) {
                failed(batch, e);
                return;
            }
        } catch (RuntimeException e) {
            LOG.error("lane {}: bug while writing {}", name, batch, e);
            disconnect();
            failed(batch, new SQLException(e));
            return;
        }
        // The connection may have been broken for long, or only now: once more on a fresh one.
        write(batch);
    }

    /// The database is away, or something in the batch is what it cannot take; then the others shall not suffer.
    private void failed(List<W> batch, SQLException reason) {
        if (away != null || batch.size() == 1) {
            batch.forEach(work -> writer.failed(work, reason));
        } else {
            batch.forEach(work -> write(List.of(work)));
        }
    }

    private Connection connect() throws SQLException {
        if (connection != null) {
            return connection;
        }
        if (away != null && System.nanoTime() - awaySince < PAUSE.toNanos()) {
            throw away;
        }
        Connection fresh = null;
        try {
            fresh = database.getConnection();
            fresh.setAutoCommit(true);
            fresh.setNetworkTimeout(Runnable::run, (int) LONGEST_WRITE.toMillis());
            try (var statement = fresh.createStatement()) {
                statement.execute(sessionSettings);
            }
        } catch (SQLException e) {
            if (away == null) {
                LOG.warn("lane {}: the database is away: {}", name, e.getMessage());
            }
            away = e;
            awaySince = System.nanoTime();
            if (fresh != null) {
                close(fresh);
            }
            throw e;
        }
        if (away != null) {
            LOG.info("lane {}: the database is back", name);
        }
        away = null;
        connection = fresh;
        return fresh;
    }

    private void disconnect() {
        if (connection != null) {
            close(connection);
            connection = null;
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a broken connection", e);
        }
    }

    /// Writes what has been submitted, and ends.
    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(LONGEST_WRITE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
