package io.covenant.locks.spring;

import io.covenant.locks.client.LockException;
import io.covenant.locks.client.LockLostException;
import io.covenant.locks.client.LockRefusedException;
import io.covenant.locks.client.LockServiceUnavailableException;
import io.covenant.locks.client.LockTimeoutException;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemMapping;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/// What the sender of a request hears when what was asked needed a lock and did not get it, or not for long enough.
final class LockProblems implements ProblemMapping {

    private static final Duration SOON = Duration.ofSeconds(1);

    @Override
    public Optional<Problem> problemFor(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LockException lock) {
                return Optional.of(problemOf(lock).retryAfter(SOON));
            }
        }
        return Optional.empty();
    }

    private static Problem problemOf(LockException failure) {
        return switch (failure) {
            case LockServiceUnavailableException _ ->
                unavailable(
                        "lock-service-unavailable",
                        "This needs a lock, and no node of the lock service answers; nothing was done. See that its"
                                + " nodes run and that covenant.services.locks names them; then repeat the request.");
            case LockTimeoutException _ ->
                unavailable(
                        "lock-busy",
                        "Others hold the lock that this needs, for longer than it may wait; nothing was done. Repeat"
                                + " the request.");
            case LockLostException _ ->
                unavailable(
                        "lock-lost",
                        "The lock that this needs was lost on the way. Repeat the request; one with an Idempotency-Key"
                                + " is done once.");
            case LockRefusedException refused ->
                unavailable(
                                "lock-refused",
                                "The lock service refuses the lock that this needs; nothing was done: "
                                        + refused.problem().detail())
                        .with("reason", String.valueOf(refused.problem().code()));
        };
    }

    private static Problem unavailable(String code, String detail) {
        return Problem.of(HttpStatus.SERVICE_UNAVAILABLE, code, detail);
    }
}
