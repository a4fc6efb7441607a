package io.covenant.benchmarks.transactions;

import io.covenant.launcher.node.Trees;
import io.covenant.launcher.postgres.PostgresBinaries;
import io.covenant.launcher.postgres.PostgresServer;
import io.covenant.launcher.postgres.PostgresSettings;
import io.covenant.launcher.postgres.ServiceDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/// PostgreSQL servers on this machine's disk, all with the durable settings of the platform: one for each service's
/// database, so that there are as many logs to force as three machines would have, and one for Seata's store, which its
/// server still clears up when somebody else has the turn.
final class Databases implements AutoCloseable {

    private static final String OWN_HISTORY = "flyway_schema_history";
    private static final String BARRIER_HISTORY = "transactions_schema_history";

    private final Database orders;
    private final Database inventory;
    private final Database coordinator;
    private final Database seata;

    private Databases(Database orders, Database inventory, Database coordinator, Database seata) {
        this.orders = orders;
        this.inventory = inventory;
        this.coordinator = coordinator;
        this.seata = seata;
    }

    /// Starts empty servers in a directory, with the tables of the services in a checkout. What an earlier measurement
    /// left there, because it was killed, goes first.
    static Databases start(Path home, Path project, PostgresSettings settings) {
        PostgresBinaries binaries = PostgresBinaries.unpacked();
        var databases = new Databases(
                database(home, binaries, settings, "orders"),
                database(home, binaries, settings, "inventory"),
                database(home, binaries, settings, "coordinator"),
                database(home, binaries, settings, "seata"));
        try {
            databases.close();
            Trees.delete(home);
            databases.all().forEach(Databases::startAndProvision);
            databases.migrate(project);
            return databases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            databases.close();
            throw e;
        }
    }

    Database orders() {
        return orders;
    }

    Database inventory() {
        return inventory;
    }

    Database coordinator() {
        return coordinator;
    }

    /// Where Seata's server keeps its transactions.
    Database seata() {
        return seata;
    }

    /// One of which each contestant uses.
    List<Database> coordinators() {
        return List.of(coordinator, seata);
    }

    List<Database> all() {
        return List.of(orders, inventory, coordinator, seata);
    }

    String version() throws SQLException {
        return coordinator.row("show server_version").getFirst();
    }

    @Override
    public void close() {
        all().forEach(database -> database.server().stop(PostgresServer.Ending.FAST));
    }

    private static Database database(Path home, PostgresBinaries binaries, PostgresSettings settings, String name) {
        return new Database(
                PostgresServer.in(home.resolve(name), binaries, settings), ServiceDatabase.withRandomPasswords(name));
    }

    private static void startAndProvision(Database database) {
        database.server().start(PostgresServer.IfRunning.STOP);
        database.database().provision(database.server()::superuser);
    }

    private void migrate(Path project) {
        Path barriers = migrationsOf(project, "platform/transactions-starter");
        orders.migrate(migrationsOf(project, "order-service"), OWN_HISTORY);
        orders.migrate(barriers, BARRIER_HISTORY);
        inventory.migrate(migrationsOf(project, "inventory-service"), OWN_HISTORY);
        inventory.migrate(barriers, BARRIER_HISTORY);
        coordinator.migrate(migrationsOf(project, "coordinator-service"), OWN_HISTORY);
    }

    /// The directory among a module's resources that holds its first migration.
    private static Path migrationsOf(Path project, String module) {
        Path resources = project.resolve(module).resolve("src/main/resources");
        try (Stream<Path> files = Files.walk(resources)) {
            return files.filter(file -> file.getFileName().toString().matches("V1__.*\\.sql"))
                    .map(Path::getParent)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no migration in " + resources));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
