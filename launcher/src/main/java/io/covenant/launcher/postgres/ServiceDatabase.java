package io.covenant.launcher.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/// The database of one service and the two roles that use it: the owner migrates its tables, the runtime role reads and
/// writes rows and nothing else. Nobody else may connect.
///
/// The provisioning is data, [#statements()], so that any server can be set up with it and a person can read it.
public record ServiceDatabase(String name, Role owner, Role runtime) {

    private static final int LONGEST_NAME = 63;
    private static final String ON_TABLES = "select, insert, update, delete";
    private static final String ON_SEQUENCES = "usage";

    /// A role that logs in.
    public record Role(String name, String password) {

        public Role {
            requireName(name);
            if (password.isEmpty() || password.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("the password of " + name + " is empty or holds a NUL");
            }
        }

        @Override
        public String toString() {
            return "Role[" + name + "]";
        }
    }

    /// Where a statement has to be sent.
    public enum Place {
        /// To any database of the server, usually `postgres`, as a superuser.
        SERVER,
        /// To the service's own database, as a superuser.
        DATABASE
    }

    /// One statement of the provisioning.
    ///
    /// @param unless a query; when it has a row, the statement is done already
    public record Statement(Place place, String sql, Optional<String> unless) {}

    public ServiceDatabase {
        requireName(name);
        if (owner.name().equals(runtime.name())) {
            throw new IllegalArgumentException("owner and runtime role of " + name + " must differ");
        }
    }

    /// The database of a service by the names that hold everywhere: `<service>`, owned by `<service>_owner`, used by
    /// `<service>`.
    public static ServiceDatabase of(String service, String ownerPassword, String runtimePassword) {
        return new ServiceDatabase(
                service, new Role(service + "_owner", ownerPassword), new Role(service, runtimePassword));
    }

    /// The same with passwords nobody has seen.
    public static ServiceDatabase withRandomPasswords(String service) {
        return of(service, Passwords.random(), Passwords.random());
    }

    /// What makes the database as described, in this order; to do it again changes nothing but the passwords, which
    /// become the ones given.
    public List<Statement> statements() {
        String database = identifier(name);
        String ownerName = identifier(owner.name());
        String runtimeName = identifier(runtime.name());
        String ownersDefaults = "alter default privileges for role " + ownerName + " in schema public ";
        return List.of(
                makingRole(owner),
                login(owner),
                makingRole(runtime),
                login(runtime),
                new Statement(
                        Place.SERVER,
                        "create database " + database + " owner " + ownerName
                                + " template template0 encoding 'UTF8' locale 'C'",
                        Optional.of("select 1 from pg_database where datname = " + literal(name))),
                always(Place.SERVER, "alter database " + database + " owner to " + ownerName),
                always(Place.SERVER, "revoke all on database " + database + " from public"),
                always(Place.SERVER, "revoke all on database " + database + " from " + runtimeName),
                always(Place.SERVER, "grant connect on database " + database + " to " + runtimeName),
                always(Place.DATABASE, "alter schema public owner to " + ownerName),
                always(Place.DATABASE, "revoke all on schema public from public"),
                always(Place.DATABASE, "grant usage on schema public to " + runtimeName),
                // Default privileges do not reach back to what is there already. What comes later has them from its
                // beginning, and keeps what a migration takes away from it.
                new Statement(
                        Place.DATABASE,
                        "grant " + ON_TABLES + " on all tables in schema public to " + runtimeName,
                        Optional.of(runtimeHasDefaultsOn('r'))),
                new Statement(
                        Place.DATABASE,
                        "grant " + ON_SEQUENCES + " on all sequences in schema public to " + runtimeName,
                        Optional.of(runtimeHasDefaultsOn('S'))),
                always(Place.DATABASE, ownersDefaults + "grant " + ON_TABLES + " on tables to " + runtimeName),
                always(Place.DATABASE, ownersDefaults + "grant " + ON_SEQUENCES + " on sequences to " + runtimeName));
    }

    /// @param kind as `pg_default_acl` writes it
    private String runtimeHasDefaultsOn(char kind) {
        return "select 1 from pg_default_acl, aclexplode(defaclacl) as privilege"
                + " where defaclnamespace = 'public'::regnamespace and defaclobjtype = '" + kind + "'"
                + " and pg_get_userbyid(defaclrole) = " + literal(owner.name())
                + " and pg_get_userbyid(privilege.grantee) = " + literal(runtime.name());
    }

    /// Sets the database up on a server that the connections of the given source administer.
    ///
    /// @param superuser gives the source of superuser connections for the name of a database
    public void provision(Function<String, DataSource> superuser) {
        try (Connection server = superuser.apply("postgres").getConnection()) {
            // Two launchers at once would race between `unless` and the statement.
            execute(server, "select pg_advisory_lock(hashtext('provisioning of service databases'))");
            execute(server, at(Place.SERVER));
            try (Connection inside = superuser.apply(name).getConnection()) {
                execute(inside, at(Place.DATABASE));
            }
        } catch (SQLException e) {
            throw new PostgresFailure("database " + name + " could not be set up: " + e.getMessage(), e);
        }
    }

    /// Drops the database and its roles, with whoever is connected and whatever is prepared in it.
    public void drop(Function<String, DataSource> superuser) {
        rollbackPrepared(superuser);
        try (Connection server = superuser.apply("postgres").getConnection()) {
            execute(server, "drop database if exists " + identifier(name) + " with (force)");
            execute(server, "drop role if exists " + identifier(runtime.name()));
            execute(server, "drop role if exists " + identifier(owner.name()));
        } catch (SQLException e) {
            throw new PostgresFailure("database " + name + " could not be dropped: " + e.getMessage(), e);
        }
    }

    /// The names of the transactions that are prepared in this database, oldest first.
    public List<String> prepared(Function<String, DataSource> superuser) {
        try (Connection server = superuser.apply("postgres").getConnection();
                var query = server.prepareStatement(
                        "select gid from pg_prepared_xacts where database = ? order by prepared, gid")) {
            query.setString(1, name);
            var gids = new ArrayList<String>();
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    gids.add(rows.getString(1));
                }
            }
            return List.copyOf(gids);
        } catch (SQLException e) {
            throw new PostgresFailure("prepared transactions of " + name + " cannot be seen: " + e.getMessage(), e);
        }
    }

    /// Rolls back every transaction that is prepared in this database.
    ///
    /// @return their names
    public List<String> rollbackPrepared(Function<String, DataSource> superuser) {
        List<String> gids = prepared(superuser);
        if (gids.isEmpty()) {
            return gids;
        }
        try (Connection inside = superuser.apply(name).getConnection()) {
            for (String gid : gids) {
                execute(inside, "rollback prepared " + literal(gid));
            }
            return gids;
        } catch (SQLException e) {
            throw new PostgresFailure("prepared transactions of " + name + " stay: " + e.getMessage(), e);
        }
    }

    private List<Statement> at(Place place) {
        return statements().stream()
                .filter(statement -> statement.place() == place)
                .toList();
    }

    private static Statement makingRole(Role role) {
        return new Statement(
                Place.SERVER,
                "create role " + identifier(role.name()),
                Optional.of("select 1 from pg_roles where rolname = " + literal(role.name())));
    }

    private static Statement login(Role role) {
        return always(
                Place.SERVER,
                "alter role " + identifier(role.name())
                        + " login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password "
                        + literal(Passwords.verifier(role.password())));
    }

    private static Statement always(Place place, String sql) {
        return new Statement(place, sql, Optional.empty());
    }

    private static void execute(Connection connection, List<Statement> statements) throws SQLException {
        for (Statement statement : statements) {
            if (statement.unless().isEmpty()
                    || !hasRow(connection, statement.unless().get())) {
                execute(connection, statement.sql());
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean hasRow(Connection connection, String query) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            return rows.next();
        }
    }

    private static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String literal(String value) {
        String quoted = "'" + value.replace("'", "''") + "'";
        return value.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }

    private static void requireName(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST_NAME || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a name for a database or role: '" + name + "'");
        }
    }
}
