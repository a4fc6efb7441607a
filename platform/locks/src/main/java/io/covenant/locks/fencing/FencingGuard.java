package io.covenant.locks.fencing;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares a fencing token with the highest that a PostgreSQL resource has seen, and raises that, in the
/// transaction of the write.
///
/// The tables are in `db/fencing` on the class path. The row of the resource stays locked until the transaction
/// ends, so a later check of the same resource waits for it, and sees what it did.
public final class FencingGuard implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FencingGuard.class);
    private static final int MOST_UNWRITTEN = 1_000;

    private static final String RAISE = """
            insert into fence as seen (resource, token, who) values (?, ?, ?)
            on conflict (resource) do update set token = excluded.token, who = excluded.who, at = now()
            where seen.token <= excluded.token""";

    private final DataSource audit;
    private final ExecutorService auditor;

    /// @param audit where refusals are written, each in a transaction of its own, for that of the write rolls back
    public FencingGuard(DataSource audit) {
        this.audit = audit;
        // Not by the refused thread: it holds a connection, and would wait for a second one of the same pool.
        auditor = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_UNWRITTEN),
                Thread.ofPlatform().daemon().name("fencing-audit").factory());
    }

    /// Lets the write pass, or throws.
    ///
    /// @param connection of the write, in its transaction
    /// @param resource   what is written; a name of the application's, the lock's for instance
    /// @param who        writes, for the audit
    /// @throws FencedOffException when the token is too old; the transaction has to roll back
    public void check(Connection connection, String resource, long token, String who) throws SQLException {
        check(connection, resource, token, who, "");
    }

    /// The same, saying for the audit what is to be written.
    public void check(Connection connection, String resource, long token, String who, String what) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "the guard of %s has to be asked in the transaction of the write; this connection is in none"
                            .formatted(resource));
        }
        if (token <= 0) {
            throw new IllegalArgumentException("%d is no fencing token".formatted(token));
        }
        try (var raise = connection.prepareStatement(RAISE)) {
            raise.setString(1, resource);
            raise.setLong(2, token);
            raise.setString(3, who);
            if (raise.executeUpdate() == 1) {
                return;
            }
        }
        long current = current(connection, resource);
        refuse(resource, token, current, who, what);
        throw new FencedOffException(resource, token, current);
    }

    /// The highest token that the resource has seen; 0 for none.
    public long current(Connection connection, String resource) throws SQLException {
        try (var select = connection.prepareStatement("select token from fence where resource = ?")) {
            select.setString(1, resource);
            try (var rows = select.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    /// Who was refused, the latest first.
    public List<FenceRefusal> refusals(Connection connection, int most) throws SQLException {
        try (var select = connection.prepareStatement(
                "select id, at, resource, given, current, who, reason from fence_refusal order by id desc limit ?")) {
            select.setInt(1, most);
            var refusals = new ArrayList<FenceRefusal>();
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    refusals.add(new FenceRefusal(
                            rows.getLong("id"),
                            rows.getObject("at", OffsetDateTime.class).toInstant(),
                            rows.getString("resource"),
                            rows.getLong("given"),
                            rows.getLong("current"),
                            rows.getString("who"),
                            rows.getString("reason")));
                }
            }
            return refusals;
        }
    }

    private void refuse(String resource, long given, long current, String who, String what) {
        LOG.warn("{} came to {} with token {}, which has seen {}: {} refused", who, resource, given, current, what);
        var reason = "%sthe lock passed on: token %d is older than %d"
                .formatted(what.isEmpty() ? "" : what + ": ", given, current);
        try {
            auditor.execute(() -> write(resource, given, current, who, reason));
        } catch (RejectedExecutionException full) {
            LOG.error("The refusal of {} at {} is in no table: too many are unwritten", who, resource, full);
        }
    }

    private void write(String resource, long given, long current, String who, String reason) {
        try (var connection = audit.getConnection();
                var insert = connection.prepareStatement(
                        "insert into fence_refusal (resource, given, current, who, reason) values (?, ?, ?, ?, ?)")) {
            insert.setString(1, resource);
            insert.setLong(2, given);
            insert.setLong(3, current);
            insert.setString(4, who);
            insert.setString(5, reason);
            insert.executeUpdate();
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        } catch (SQLException e) {
            LOG.error(
                    "The refusal of {} at {} (token {}, current {}) is in no table", who, resource, given, current, e);
        }
    }

    /// Waits for refusals that are not written yet.
    @Override
    public void close() {
        auditor.shutdown();
        try {
            if (!auditor.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.error("Some refusals are in no table");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
