package io.covenant.benchmarks.transactions;

import com.zaxxer.hikari.HikariDataSource;
import io.covenant.benchmarks.measure.Ending;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The floor: two-phase commit as an expert writes it by hand for these two branches and no others.
///
/// Both branches work and prepare at the same time, the decision is one row in one commit, both branches commit at the
/// same time, on pooled connections with prepared statements. It keeps no begin record, no evidence in the branches and
/// no timeline; nothing recovers what a crash leaves.
final class HandWritten implements Contestant {

    static final String NAME = "floor";

    private static final String DECIDE = "insert into benchmark_decision (gid, outcome) values (?, 'COMMIT')";

    private final Database coordinator;
    private final HikariDataSource orders;
    private final HikariDataSource inventory;
    private final HikariDataSource decisions;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    HandWritten(Databases databases, int connections) throws SQLException {
        coordinator = databases.coordinator();
        coordinator.define("create table if not exists benchmark_decision "
                + "(gid text primary key, outcome text not null, at timestamptz not null default now())");
        orders = databases.orders().pool(NAME, connections);
        inventory = databases.inventory().pool(NAME, connections);
        decisions = coordinator.pool(NAME, connections);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "two-phase commit written by hand with JDBC, for these two branches only, without recovery";
    }

    @Override
    public Durability durability() {
        return Durability.FORCED_ALONE;
    }

    @Override
    public Ending place(Purchase purchase) throws Exception {
        String gid = NAME + ":" + purchase.order();
        Future<Boolean> reserved =
                threads.submit(() -> prepared(inventory, gid + ":inventory", purchase, Statements::reserve));
        boolean created = prepared(orders, gid + ":orders", purchase, Statements::create);
        if (created && reserved.get()) {
            decide(gid);
            finish("commit prepared '", gid, true, true);
            return Ending.COMMITTED;
        }
        finish("rollback prepared '", gid, created, reserved.get());
        return Ending.REFUSED;
    }

    @Override
    public OptionalLong decisions() {
        try {
            return OptionalLong.of(coordinator.number("select count(*) from benchmark_decision"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public SequencedMap<String, ProcessHandle> processes() {
        return new TreeMap<>();
    }

    @Override
    public void close() {
        threads.close();
        orders.close();
        inventory.close();
        decisions.close();
    }

    @FunctionalInterface
    interface Branch {

        /// False when it refuses.
        boolean work(Connection connection, Purchase purchase) throws SQLException;
    }

    private static boolean prepared(HikariDataSource database, String gid, Purchase purchase, Branch branch)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                boolean agreed = branch.work(connection, purchase);
                if (agreed) {
                    execute(connection, "prepare transaction '" + gid + "'");
                } else {
                    connection.rollback();
                }
                return agreed;
            } catch (SQLException e) {
                connection.rollback();
                if (e.getSQLState().equals(Statements.LOCK_NOT_AVAILABLE)) {
                    return false;
                }
                throw e;
            } finally {
                // After PREPARE the session is idle: no round trip.
                connection.setAutoCommit(true);
            }
        }
    }

    private void decide(String gid) throws SQLException {
        try (Connection connection = decisions.getConnection();
                PreparedStatement insert = connection.prepareStatement(DECIDE)) {
            insert.setString(1, gid);
            insert.executeUpdate();
        }
    }

    private void finish(String command, String gid, boolean inOrders, boolean inInventory) throws Exception {
        Future<?> other = inInventory
                ? threads.submit(() -> {
                    execute(inventory, command + gid + ":inventory'");
                    return null;
                })
                : null;
        if (inOrders) {
            execute(orders, command + gid + ":orders'");
        }
        if (other != null) {
            other.get();
        }
    }

    private static void execute(HikariDataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection()) {
            execute(connection, sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
