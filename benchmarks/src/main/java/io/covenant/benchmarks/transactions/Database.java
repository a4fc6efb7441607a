package io.covenant.benchmarks.transactions;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.covenant.benchmarks.measure.CpuTime;
import io.covenant.launcher.postgres.PostgresServer;
import io.covenant.launcher.postgres.ServiceDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/// The database of one service, on a server of its own.
record Database(PostgresServer server, ServiceDatabase database) {

    /// What a branch may wait for a row: longer means that two orders wait for each other across the two servers.
    static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

    String name() {
        return database.name();
    }

    /// Connections as the service has them.
    HikariDataSource pool(String user, int size) {
        var config = new HikariConfig();
        config.setPoolName(user + "@" + name());
        config.setJdbcUrl(jdbcUrl(user));
        config.setUsername(database.runtime().name());
        config.setPassword(database.runtime().password());
        config.setMaximumPoolSize(size);
        config.setConnectionInitSql("set lock_timeout = " + LOCK_TIMEOUT.toMillis());
        return new HikariDataSource(config);
    }

    String jdbcUrl(String user) {
        return server.jdbcUrl(name()) + "?ApplicationName=" + user;
    }

    /// Runs the migrations of a directory as the owner of the database.
    void migrate(Path directory, String historyTable) {
        Flyway.configure()
                .dataSource(
                        server.jdbcUrl(name()),
                        database.owner().name(),
                        database.owner().password())
                .locations("filesystem:" + directory)
                .table(historyTable)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }

    /// Runs statements as the owner of the database.
    void define(String... statements) throws SQLException {
        var source = new PGSimpleDataSource();
        source.setUrl(server.jdbcUrl(name()));
        source.setUser(database.owner().name());
        source.setPassword(database.owner().password());
        run(source, statements);
    }

    /// Runs statements as the superuser.
    void administer(String... statements) throws SQLException {
        run(server.superuser(name()), statements);
    }

    /// How often the server has waited until its write-ahead log was on disk.
    long forcedWrites() throws SQLException {
        return number("select wal_sync from pg_stat_wal");
    }

    /// How many transactions wait for a decision.
    long prepared() throws SQLException {
        return number("select count(*) from pg_prepared_xacts");
    }

    /// The CPU time of the whole server.
    Duration cpuTime() {
        return server.running().map(CpuTime::ofFamily).orElse(Duration.ZERO);
    }

    long number(String query) throws SQLException {
        return Long.parseLong(row(query).getFirst());
    }

    /// The only row of a query.
    List<String> row(String query) throws SQLException {
        try (Connection connection = server.superuser(name()).getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            var row = new ArrayList<String>();
            for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                row.add(rows.getString(column));
            }
            return List.copyOf(row);
        }
    }

    /// The first column of a query.
    Set<String> column(String query) throws SQLException {
        try (Connection connection = server.superuser(name()).getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            var column = new HashSet<String>();
            while (rows.next()) {
                column.add(rows.getString(1));
            }
            return column;
        }
    }

    private static void run(DataSource source, String... statements) throws SQLException {
        try (Connection connection = source.getConnection();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
