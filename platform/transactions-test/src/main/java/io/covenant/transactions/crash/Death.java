package io.covenant.transactions.crash;

import com.zaxxer.hikari.HikariDataSource;
import io.covenant.transactions.CrashPoint;
import io.covenant.transactions.CrashPoints;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/// What a crash of the service is to its database and to whoever asked: all its connections end at one moment, and the
/// request that is under way is never answered. What the program does with it afterwards has no effect any more.
final class Death {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    /// Connections of the same role only: one service's.
    private static final String CUT = """
            select array_agg(pid) filter (where pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
            """;

    private static final String LEFT = "select count(*) from pg_stat_activity where pid = any (?)";

    private final CrashPoints.Rearmed crashPoints;
    private final JdbcConnectionDetails database;
    private final List<DataSource> pools;

    /// @param database how the service gets to it
    /// @param pools    of the service
    Death(CrashPoints.Rearmed crashPoints, JdbcConnectionDetails database, List<DataSource> pools) {
        this.crashPoints = crashPoints;
        this.database = database;
        this.pools = List.copyOf(pools);
    }

    /// Thrown where the service dies.
    private static final class Died extends Error {

        private static final long serialVersionUID = 1;

        Died(CrashPoint point) {
            super("died at " + point);
        }
    }

    /// Has it die at the next passing of this place.
    ///
    /// @return at zero when it has
    CountDownLatch awaitAt(CrashPoint point) {
        var died = new CountDownLatch(1);
        crashPoints.arm(point, () -> {
            cut();
            died.countDown();
            throw new Died(point);
        });
        return died;
    }

    void disarm() {
        crashPoints.disarm();
    }

    /// Ends all connections of the service, those of its pools and the one that the calling thread works with;
    /// returns when they are gone, and the server has rolled back what was not prepared. By a connection of its
    /// own, which no pool knows. Pools begin anew, as after a start.
    synchronized void cut() {
        try (var connection =
                DriverManager.getConnection(database.getJdbcUrl(), database.getUsername(), database.getPassword())) {
            awaitGone(connection, cutAllBut(connection));
            for (var pool : pools) {
                if (pool.isWrapperFor(HikariDataSource.class)) {
                    pool.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the connections could not be cut", e);
        }
    }

    private static Array cutAllBut(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(CUT)) {
            row.next();
            var cut = row.getArray(1);
            return cut == null ? connection.createArrayOf("int4", new Object[0]) : cut;
        }
    }

    private static void awaitGone(Connection connection, Array cut) throws SQLException {
        var until = System.nanoTime() + PATIENCE.toNanos();
        try (var left = connection.prepareStatement(LEFT)) {
            left.setArray(1, cut);
            while (true) {
                try (var row = left.executeQuery()) {
                    row.next();
                    if (row.getInt(1) == 0) {
                        return;
                    }
                }
                if (System.nanoTime() > until) {
                    throw new IllegalStateException("connections of the service did not end when they were cut");
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }
}
