package io.covenant.transactions.participant;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;

/// Prepares and rolls back a branch for real, as the service's own role, before the first coordinator asks for one.
final class Rehearsal {

    /// What the names of rehearsals begin with; no branch is named so.
    static final String PREFIX = "cov1-rehearsal:";

    /// One that is older than this was left behind by a crash.
    static final Duration LONGEST = Duration.ofMinutes(1);

    /// Fewer prepared transactions than this are not enough for two instances at work.
    private static final int FEWEST_SLOTS = 10;

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String UNDEFINED_TABLE = "42P01";

    private final DataSource database;

    Rehearsal(DataSource database) {
        this.database = database;
    }

    /// @return how many prepared transactions the server holds at most
    /// @throws ParticipantMisconfiguredException until somebody changes something, no branch can be prepared
    /// @throws SQLException                      when the database did not answer
    int run() throws SQLException {
        try (var connection = database.getConnection()) {
            int slots = slots(connection);
            if (slots < FEWEST_SLOTS) {
                throw new ParticipantMisconfiguredException(
                        "The PostgreSQL server keeps %d prepared transactions (max_prepared_transactions)."
                                .formatted(slots),
                        "Set max_prepared_transactions in postgresql.conf to at least %d, better to max_connections, and restart the server."
                                .formatted(FEWEST_SLOTS));
            }
            boolean autoCommit = connection.getAutoCommit();
            try {
                rehearse(connection);
            } catch (SQLException e) {
                throw misconfigured(e);
            } finally {
                connection.setAutoCommit(autoCommit);
            }
            return slots;
        }
    }

    private static int slots(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select current_setting('max_prepared_transactions')::int")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void rehearse(Connection connection) throws SQLException {
        var name = PREFIX + UUID.randomUUID();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("select count(*) from branch_hazard");
            statement.execute("insert into branch_barrier (gid, kind, transaction_id) values ('" + name + "', 'WORK', '"
                    + UUID.randomUUID() + "')");
            statement.execute("PREPARE TRANSACTION '" + name + "'");
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        }
        connection.setAutoCommit(true);
        rollBack(connection, name);
    }

    static void rollBack(Connection autoCommitting, String name) throws SQLException {
        try (var statement = autoCommitting.createStatement()) {
            statement.execute("ROLLBACK PREPARED '" + name + "'");
        }
    }

    private static SQLException misconfigured(SQLException error) {
        return switch (String.valueOf(error.getSQLState())) {
            case UNDEFINED_TABLE ->
                throw new ParticipantMisconfiguredException(
                        "The tables branch_barrier and branch_hazard are missing.",
                        "Let Flyway run (spring.flyway.user is the owner of the schema), or apply classpath:db/transactions by hand.");
            case INSUFFICIENT_PRIVILEGE ->
                throw new ParticipantMisconfiguredException(
                        "The service's role may not use the tables of the branches: " + error.getMessage(),
                        "Grant it select, insert, update and delete on branch_barrier and branch_hazard.");
            default -> error;
        };
    }
}
