package io.covenant.transactions.participant;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.covenant.testing.TestDatabase;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.CrashPoints;
import io.covenant.transactions.initiator.TransactionIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/// A small participant for tests: a shelf of items, an executor over plain JDBC, and eyes on what PostgreSQL holds.
final class Shelf implements AutoCloseable {

    static final Duration ENOUGH = Duration.ofSeconds(20);

    private static final String TABLES = """
            create table if not exists item (sku text primary key, on_hand int not null constraint on_hand_positive check (on_hand >= 0));
            create table if not exists slot (id int constraint slot_once unique deferrable initially deferred);
            """;

    private final TestDatabase database;
    private final HikariDataSource working;
    private final HikariDataSource finishing;
    private final BranchExecutor executor;
    private final JdbcTemplate jdbc;

    Shelf(TestDatabase database) {
        this(database, BranchLimits.defaults(), CrashPoints.none(), 8, true);
    }

    Shelf(TestDatabase database, BranchLimits limits, CrashPoints crashPoints, int workers, boolean autoCommit) {
        this.database = database;
        if (count(database.superuser(), "select count(*) from pg_tables where tablename = 'branch_barrier'") == 0) {
            database.migrate(script("/db/transactions/V1__branches.sql"));
            database.migrate(script("/db/transactions/V3__sites.sql"));
        }
        database.migrate(TABLES);
        working = pool(database, workers, autoCommit);
        finishing = pool(database, 4, autoCommit);
        executor = new BranchExecutor(
                new PreparableDataSourceTransactionManager(working),
                finishing,
                limits,
                crashPoints,
                BranchMetrics.none());
        jdbc = new JdbcTemplate(working);
    }

    static HikariDataSource pool(TestDatabase database, int size, boolean autoCommit) {
        var config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.runtimeUsername());
        config.setPassword(database.runtimePassword());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setAutoCommit(autoCommit);
        config.setConnectionTimeout(8000);
        return new HikariDataSource(config);
    }

    static BranchId branch() {
        return branch("shelf");
    }

    static BranchId branch(String name) {
        return new BranchId(
                TransactionIds.next(), new Attempt(ThreadLocalRandom.current().nextLong()), name);
    }

    BranchExecutor executor() {
        return executor;
    }

    HikariDataSource working() {
        return working;
    }

    HikariDataSource finishing() {
        return finishing;
    }

    /// Statements inside the branch that the thread works on, or outside of any.
    JdbcTemplate jdbc() {
        return jdbc;
    }

    Shelf with(String sku, int onHand) {
        jdbcOutside()
                .update(
                        "insert into item values (?, ?) on conflict (sku) do update set on_hand = excluded.on_hand",
                        sku,
                        onHand);
        return this;
    }

    int onHand(String sku) {
        return jdbcOutside().query("select on_hand from item where sku = ?", (row, _) -> row.getInt(1), sku).stream()
                .findFirst()
                .orElse(-1);
    }

    void take(String sku, int quantity) {
        jdbc.update("update item set on_hand = on_hand - ? where sku = ?", quantity, sku);
    }

    /// A prepare that takes one of an item.
    PrepareAnswer prepareTaking(BranchId branch, String sku) {
        return executor.prepare(branch, "take", ENOUGH, _ -> take(sku, 1));
    }

    boolean isPrepared(BranchId branch) {
        return database.prepared().contains(branch.gid());
    }

    @Nullable
    String barrier(BranchId branch) {
        return jdbcOutside()
                .query("select kind from branch_barrier where gid = ?", (row, _) -> row.getString(1), branch.gid())
                .stream()
                .findFirst()
                .orElse(null);
    }

    int hazards(BranchId branch) {
        return count(database.superuser(), "select count(*) from branch_hazard where gid = '" + branch.gid() + "'");
    }

    /// Statements as an administrator.
    JdbcTemplate jdbcOutside() {
        return new JdbcTemplate(database.superuser());
    }

    private static int count(DataSource source, String sql) {
        try (Connection connection = source.getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String script(String resource) {
        try (var in = Shelf.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        working.close();
        finishing.close();
        database.rollbackPrepared();
    }
}
