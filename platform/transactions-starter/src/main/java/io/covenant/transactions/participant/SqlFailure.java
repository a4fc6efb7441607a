package io.covenant.transactions.participant;

import io.covenant.transactions.Refusal;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/// What an SQL error says about the transaction in which it happened: the one place that knows SQLSTATEs.
sealed interface SqlFailure {

    /// The server refused, and the transaction is rolled back or will be by the next statement.
    record Refused(Refusal refusal) implements SqlFailure {}

    /// The connection, or the server, is gone: what became of the last statement is unknown.
    record Lost(String reason) implements SqlFailure {}

    String UNIQUE_VIOLATION = "23505";
    String UNDEFINED_OBJECT = "42704";
    String LOCK_NOT_AVAILABLE = "55P03";
    String SERIALIZATION_FAILURE = "40001";

    /// The SQL error among the causes of a failure.
    static @Nullable SQLException in(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    static boolean hasState(Throwable failure, String state) {
        var sql = in(failure);
        return sql != null && state.equals(sql.getSQLState());
    }

    /// @param branch    the transaction's branch, whose deadline may be the reason of the error
    /// @param cancelled whether the branch was told to abort, which may be the reason too
    static SqlFailure of(SQLException error, Branch branch, boolean cancelled) {
        var state = error.getSQLState();
        if (state == null || isConnectionGone(state)) {
            return new Lost(String.valueOf(error.getMessage()));
        }
        return new Refused(refusal(state, error, branch, cancelled));
    }

    private static boolean isConnectionGone(String state) {
        return state.startsWith("08") // connection exceptions
                || state.startsWith("57P") // the server is shut down, or terminates the session
                || state.equals("25P03") // the session idled for too long inside its transaction
                || state.equals("25P04") // its transaction lasted too long
                || state.startsWith("58") // input or output errors of the server
                || state.startsWith("XX") // internal errors
                || state.equals("53300"); // too many connections
    }

    private static Refusal refusal(String state, SQLException error, Branch branch, boolean cancelled) {
        if (state.startsWith("23")) {
            return constraintViolated(error);
        }
        return switch (state) {
            case LOCK_NOT_AVAILABLE ->
                withState("lock-timeout", "A lock that another transaction holds was not free in time.", state);
            case "40P01", SERIALIZATION_FAILURE ->
                withState("conflict", "Another transaction worked on the same data at the same time.", state);
            case "57014" ->
                cancelled
                        ? Refusals.ABORTED
                        : branch.timeLeft().toMillis() <= 0
                                ? Refusals.DEADLINE_PASSED
                                : withState("statement-timeout", "A statement of the branch took too long.", state);
            case "53200" ->
                new Refusal(
                        "no-prepared-transaction-slot",
                        "The participant's database holds as many prepared transactions as max_prepared_transactions allows.",
                        Map.of("setting", "max_prepared_transactions", "sqlState", state));
            case "42710" ->
                withState(
                        "branch-name-taken",
                        "Another database of the same server holds a prepared transaction of this name: two services use one branch name.",
                        state);
            case "0A000" ->
                new Refusal(
                        "not-preparable",
                        "The branch did what a prepared transaction cannot hold: " + serverMessage(error),
                        Map.of("sqlState", state));
            case "25006" ->
                withState("not-read-only", "The operation is declared read-only and tried to write.", state);
            default -> withState("branch-failed", "The participant's database refused: " + serverMessage(error), state);
        };
    }

    private static Refusal constraintViolated(SQLException error) {
        var server = error instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        var constraint = server == null ? null : server.getConstraint();
        var column = server == null ? null : server.getColumn();
        var name = constraint != null ? constraint : column != null ? column : "unknown";
        return new Refusal(
                "constraint-violated",
                "A constraint of the participant's database forbids it: " + name,
                Map.of("constraint", name, "sqlState", error.getSQLState()));
    }

    private static Refusal withState(String code, String detail, String state) {
        return new Refusal(code, detail, Map.of("sqlState", state));
    }

    private static String serverMessage(SQLException error) {
        var server = error instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        var message = server == null ? error.getMessage() : server.getMessage();
        return String.valueOf(message);
    }
}
