package io.covenant.testing;

import io.covenant.launcher.postgres.ServiceDatabase;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import javax.sql.DataSource;

/// A database of one test class, with the same roles and rights that the launcher gives to a service.
///
/// Databases share a server, and names of prepared transactions are the server's: what a test leaves prepared is rolled
/// back when its database is closed.
public final class TestDatabase implements AutoCloseable {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final PostgresInstance postgres;
    private final ServiceDatabase database;

    private TestDatabase(PostgresInstance postgres, ServiceDatabase database) {
        this.postgres = postgres;
        this.database = database;
    }

    static TestDatabase create(PostgresInstance postgres, String service) {
        byte[] unique = new byte[4];
        RANDOM.nextBytes(unique);
        var database = ServiceDatabase.withRandomPasswords(
                service + "_" + HexFormat.of().formatHex(unique));
        database.provision(postgres::superuser);
        return new TestDatabase(postgres, database);
    }

    /// The server it lies on.
    public PostgresInstance postgres() {
        return postgres;
    }

    public String name() {
        return database.name();
    }

    public String jdbcUrl() {
        return Login.jdbcUrl(postgres, name());
    }

    /// The role of the running service: rows only.
    public String runtimeUsername() {
        return database.runtime().name();
    }

    public String runtimePassword() {
        return database.runtime().password();
    }

    /// The role that migrates.
    public String ownerUsername() {
        return database.owner().name();
    }

    public String ownerPassword() {
        return database.owner().password();
    }

    /// Connections of the running service, without a pool.
    public DataSource runtime() {
        return Login.as(runtimeUsername(), runtimePassword(), jdbcUrl());
    }

    /// Connections of the role that migrates, without a pool.
    public DataSource owner() {
        return Login.as(ownerUsername(), ownerPassword(), jdbcUrl());
    }

    /// Connections that see everything, for white-box checks; no service ever has them.
    public DataSource superuser() {
        return postgres.superuser(name());
    }

    /// What a Spring Boot service with a data source and Flyway needs to know: the runtime role for the service, the
    /// owner for Flyway.
    public Map<String, String> springProperties() {
        return Map.of(
                "spring.datasource.url", jdbcUrl(),
                "spring.datasource.username", runtimeUsername(),
                "spring.datasource.password", runtimePassword(),
                "spring.flyway.user", ownerUsername(),
                "spring.flyway.password", ownerPassword());
    }

    /// Hands [#springProperties()] to a registry of dynamic properties: `database.register(registry::add)`.
    public void register(BiConsumer<String, Supplier<Object>> registry) {
        springProperties().forEach((name, value) -> registry.accept(name, () -> value));
    }

    /// Runs a script as the owner, several statements in one text, for tables that no migration of the test makes.
    public TestDatabase migrate(String sql) {
        try (Connection connection = owner().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
            return this;
        } catch (SQLException e) {
            throw new IllegalStateException("could not be run on " + name() + ": " + sql, e);
        }
    }

    /// Cuts every connection to this database, as an administrator or a failing network does.
    ///
    /// @return how many there were
    public int terminateBackends() {
        try (Connection connection = postgres.superuser(Login.SUPERUSER).getConnection();
                var statement =
                        connection.prepareStatement("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                + " where datname = ? and backend_type = 'client backend'")) {
            statement.setString(1, name());
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("connections to " + name() + " could not be cut", e);
        }
    }

    /// The names of the transactions that are prepared in this database, oldest first.
    public List<String> prepared() {
        return database.prepared(postgres::superuser);
    }

    /// Rolls back every transaction that is prepared in this database.
    public void rollbackPrepared() {
        database.rollbackPrepared(postgres::superuser);
    }

    /// Drops the database and its roles, with what is prepared in it and whoever is connected.
    @Override
    public void close() {
        postgres.start();
        database.drop(postgres::superuser);
    }

    @Override
    public String toString() {
        return name() + " on " + postgres.description();
    }
}
