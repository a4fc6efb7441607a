package io.covenant.web.problem;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.CannotCreateTransactionException;

/// Failures of the database that pass: the same request may succeed when it is repeated.
///
/// A lost database is 503 `database-unavailable`. A transaction that lost against another (lock time-out, deadlock,
/// serialization) was rolled back whole and is 503 `database-contended`: nothing in the request conflicts with the
/// state of the resource, which is what 409 would say. A row that somebody else changed first is 409
/// `changed-meanwhile`: look again before repeating.
final class DatabaseProblems implements ProblemMapping {

    /// Shutdown, crash, cannot connect now; too many connections; disk or memory full; read-only after a fail-over.
    private static final Set<String> UNAVAILABLE =
            Set.of("57P01", "57P02", "57P03", "57P05", "53100", "53200", "53300", "25006");

    /// Lock not available, deadlock, serialization failure, statement cancelled by its time-out.
    private static final Set<String> CONTENDED = Set.of("55P03", "40P01", "40001", "57014");

    /// What HikariCP says, without an SQLState, of a connection that it took away because it had broken.
    private static final String TAKEN_AWAY = "Connection is closed";

    @Override
    public Optional<Problem> problemFor(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            var problem = problemOf(cause);
            if (problem != null) {
                return Optional.of(problem);
            }
        }
        return Optional.empty();
    }

    /// Looks at the driver's own exceptions as well, so that it does not matter through which library they came.
    private static @Nullable Problem problemOf(Throwable cause) {
        return switch (cause) {
            case SQLTransientConnectionException _,
                    SQLNonTransientConnectionException _,
                    SQLRecoverableException _,
                    DataAccessResourceFailureException _,
                    CannotCreateTransactionException _ -> unavailable();
            case SQLException sql when isUnavailable(sql) -> unavailable();
            case SQLException sql when CONTENDED.contains(String.valueOf(sql.getSQLState())) -> contended();
            case OptimisticLockingFailureException _ ->
                Problem.of(
                        HttpStatus.CONFLICT,
                        "changed-meanwhile",
                        "Somebody else changed this first; nothing was changed by this request.");
            case PessimisticLockingFailureException _, QueryTimeoutException _ -> contended();
            default -> null;
        };
    }

    private static boolean isUnavailable(SQLException failure) {
        var state = failure.getSQLState();
        return state == null
                ? TAKEN_AWAY.equals(failure.getMessage())
                : state.startsWith("08") || UNAVAILABLE.contains(state);
    }

    private static Problem unavailable() {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "database-unavailable",
                        "The database does not answer at the moment. Repeat the request; one with an Idempotency-Key is"
                                + " done once.")
                .retryAfter(Duration.ofSeconds(1));
    }

    private static Problem contended() {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "database-contended",
                        "Others work on the same data; this request was undone. Repeat it.")
                .retryAfter(Duration.ofSeconds(1));
    }
}
