package io.covenant.locks.web;

import io.covenant.locks.namespace.RefusalCode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.web.problem.Problem;
import java.time.Duration;
import java.util.Map;
import org.springframework.http.HttpStatus;

/// The log's refusals as problems.
final class Refusals {

    private static final Duration LATER = Duration.ofSeconds(1);

    private Refusals() {}

    /// @param logicalMillis the time of the state, to tell how long a lock-delay still runs
    static Problem of(Reply reply, long logicalMillis) {
        return switch (reply) {
            case Reply.NoSuchSession(var session) -> sessionExpired(session);
            case Reply.Busy(var name, var session, var token) ->
                Problem.of(HttpStatus.LOCKED, LockProblemCode.BUSY, "%s is held or waited for.".formatted(name))
                        .with(Map.of("name", name, "session", session, "token", token));
            case Reply.Delayed(var name, var until) -> delayed(name, until, Math.max(1, until - logicalMillis));
            case Reply.TimedOut _ ->
                Problem.of(HttpStatus.LOCKED, LockProblemCode.TIMED_OUT, "The wait is over without a grant.");
            case Reply.Deadlock(var cycle) ->
                Problem.of(
                                HttpStatus.CONFLICT,
                                LockProblemCode.DEADLOCK,
                                "Each of these waits for the next, so this request was chosen to give way.")
                        .with("cycle", Wire.cycle(cycle));
            case Reply.Cancelled _ ->
                Problem.of(HttpStatus.CONFLICT, LockProblemCode.CANCELLED, "The request was cancelled.");
            case Reply.StaleToken(var name, var current) ->
                Problem.of(
                                HttpStatus.CONFLICT,
                                LockProblemCode.STALE_TOKEN,
                                "The token is not that of the hold of %s.".formatted(name))
                        .with(Map.of("name", name, "current", current));
            case Reply.WrongGeneration(var path, var current) ->
                Problem.of(
                                HttpStatus.PRECONDITION_FAILED,
                                LockProblemCode.WRONG_GENERATION,
                                current == 0
                                        ? "There is no %s.".formatted(path)
                                        : "%s has generation %d.".formatted(path, current))
                        .with(Map.of("name", path, "current", current));
            case Reply.Refused(var code, var about, var bound) -> refused(code, about, bound);
            case Reply.Done _,
                    Reply.SessionOpened _,
                    Reply.Granted _,
                    Reply.Waiting _,
                    Reply.Released _,
                    Reply.FileWritten _,
                    Reply.LeasesNoted _ -> throw new IllegalStateException("no refusal: " + reply);
        };
    }

    static Problem sessionExpired(long session) {
        return Problem.of(
                        HttpStatus.GONE,
                        LockProblemCode.SESSION_EXPIRED,
                        "There is no session %d, or no longer: it expired or was closed, and holds nothing."
                                .formatted(session))
                .with("session", session);
    }

    private static Problem delayed(String name, long until, long left) {
        return Problem.of(
                        HttpStatus.LOCKED,
                        LockProblemCode.DELAYED,
                        "The last holder of %s lost it and may not know yet.".formatted(name))
                .with(Map.of("name", name, "untilMillis", until, "retryAfterMillis", left))
                .retryAfter(Duration.ofMillis(left));
    }

    static Problem refused(RefusalCode code, String about, long bound) {
        var status = status(code);
        var problem = Problem.of(status, code.code(), sentence(code, about, bound))
                .with(Map.of("about", about, "bound", bound));
        return status == HttpStatus.TOO_MANY_REQUESTS
                ? problem.with("retryAfterMillis", LATER.toMillis()).retryAfter(LATER)
                : problem;
    }

    private static String sentence(RefusalCode code, String about, long bound) {
        var words = code.code().replace('-', ' ');
        return "Refused: %s%s%s."
                .formatted(words, about.isEmpty() ? "" : ": " + about, bound == 0 ? "" : " (" + bound + ")");
    }

    private static HttpStatus status(RefusalCode code) {
        return switch (code) {
            case NAME_INVALID,
                    NAME_TOO_LONG,
                    TEXT_TOO_LONG,
                    TTL_OUT_OF_RANGE,
                    SEQUENCE_INVALID,
                    NOTHING_WANTED,
                    TOO_MANY_WANTED,
                    DUPLICATE_NAME,
                    PERMITS_OUT_OF_RANGE,
                    WAIT_OUT_OF_RANGE,
                    LOCK_DELAY_OUT_OF_RANGE,
                    VALUE_TOO_LONG,
                    VALUE_WITHOUT_ELECTION,
                    TOO_MANY_PRINCIPALS,
                    EPOCH_NOT_HIGHER -> HttpStatus.BAD_REQUEST;
            case FORBIDDEN -> HttpStatus.FORBIDDEN;
            case NO_SUCH_FILE, NO_SUCH_DIRECTORY -> HttpStatus.NOT_FOUND;
            case REQUEST_FORGOTTEN,
                    RENEWED,
                    NOT_DUE,
                    NOT_WAITING,
                    KIND_DIFFERS,
                    CAPACITY_DIFFERS,
                    UPGRADE,
                    NOT_HELD,
                    NOT_A_DIRECTORY,
                    IS_A_DIRECTORY,
                    DIRECTORY_NOT_EMPTY,
                    FILE_EXISTS -> HttpStatus.CONFLICT;
            case FILE_TOO_LONG -> HttpStatus.CONTENT_TOO_LARGE;
            case REQUEST_REUSED -> HttpStatus.UNPROCESSABLE_CONTENT;
            case TOO_MANY_SESSIONS,
                    TOO_MANY_REQUESTS,
                    TOO_MANY_REQUESTS_IN_ALL,
                    TOO_MANY_HOLDS,
                    TOO_MANY_REENTRIES,
                    TOO_MANY_NAMES,
                    TOO_MANY_WAITERS,
                    TOO_MANY_WAITERS_IN_ALL,
                    DIRECTORY_FULL,
                    TOO_MANY_FILES,
                    TOO_MANY_BYTES -> HttpStatus.TOO_MANY_REQUESTS;
        };
    }
}
