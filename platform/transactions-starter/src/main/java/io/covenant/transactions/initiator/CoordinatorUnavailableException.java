package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import java.time.Duration;
import org.springframework.http.HttpStatus;

/// No coordinator could be reached, and not one byte was sent to any: the transaction never ran. Answered as 503, code
/// `coordinator-unavailable`, with `Retry-After`.
public final class CoordinatorUnavailableException extends ProblemException {

    private final transient TransactionId id;

    CoordinatorUnavailableException(TransactionId id, String reason) {
        super(
                Problem.of(
                                HttpStatus.SERVICE_UNAVAILABLE,
                                "coordinator-unavailable",
                                "No coordinator can be reached; nothing was begun. Try again.")
                        .retryAfter(Duration.ofSeconds(1)),
                new IllegalStateException(reason));
        this.id = id;
    }

    public TransactionId id() {
        return id;
    }
}
