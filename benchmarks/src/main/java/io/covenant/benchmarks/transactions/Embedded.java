package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.transactions.CalledService.Work;
import io.covenant.coordinator.CoordinatorEngine;
import io.covenant.coordinator.transaction.RunAnswer;
import io.covenant.coordinator.transaction.TransactionPlan;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/// The coordinator's engine and the participants' executors of the platform in this process, for all protocols that
/// need no other coordinators.
final class Embedded implements AutoCloseable {

    private final Database coordinator;
    private final CalledServices services;
    private final CoordinatorEngine engine;

    Embedded(Databases databases, int connections) {
        coordinator = databases.coordinator();
        services = new CalledServices(Map.of(
                "orders", new CalledService(databases.orders(), connections, new Orders()),
                "inventory", new CalledService(databases.inventory(), connections, new Inventory())));
        engine = CoordinatorEngine.of("engine", physical(coordinator), services).start();
    }

    RunAnswer run(TransactionPlan plan) {
        return engine.transactions().run(plan);
    }

    Database coordinator() {
        return coordinator;
    }

    @Override
    public void close() {
        engine.close();
        services.close();
    }

    /// The engine has connections of its own making.
    private static DataSource physical(Database coordinator) {
        var source = new PGSimpleDataSource();
        source.setUrl(coordinator.jdbcUrl(InProcess.PREFIX));
        source.setUser(coordinator.database().runtime().name());
        source.setPassword(coordinator.database().runtime().password());
        return source;
    }

    private record Orders() implements Work {

        @Override
        public boolean whole(Connection connection, Purchase purchase) throws SQLException {
            return Statements.create(connection, purchase);
        }

        @Override
        public void undo(Connection connection, Purchase purchase) {
            throw new UnsupportedOperationException("an order is the pivot of its saga: it is never undone");
        }

        @Override
        public boolean hold(Connection connection, String branch, Purchase purchase) throws SQLException {
            return Holds.tryOrder(connection, branch, purchase);
        }

        @Override
        public boolean confirm(Connection connection, String branch) throws SQLException {
            return Holds.confirmOrder(connection, branch);
        }

        @Override
        public void cancel(Connection connection, String branch) throws SQLException {
            Holds.cancelOrder(connection, branch);
        }
    }

    private record Inventory() implements Work {

        @Override
        public boolean whole(Connection connection, Purchase purchase) throws SQLException {
            return Statements.reserve(connection, purchase);
        }

        @Override
        public void undo(Connection connection, Purchase purchase) throws SQLException {
            Holds.putBack(connection, purchase);
        }

        @Override
        public boolean hold(Connection connection, String branch, Purchase purchase) throws SQLException {
            return Holds.tryStock(connection, branch, purchase);
        }

        @Override
        public boolean confirm(Connection connection, String branch) throws SQLException {
            return Holds.confirmStock(connection, branch);
        }

        @Override
        public void cancel(Connection connection, String branch) throws SQLException {
            Holds.cancelStock(connection, branch);
        }
    }
}
