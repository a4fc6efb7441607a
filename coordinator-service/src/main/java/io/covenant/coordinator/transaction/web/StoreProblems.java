package io.covenant.coordinator.transaction.web;

import io.covenant.coordinator.transaction.StoreUnavailableException;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemMapping;
import java.time.Duration;
import java.util.Optional;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/// A store that does not answer: 503, code `register-unavailable`.
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StoreProblems implements ProblemMapping {

    static Problem registerUnavailable(Duration retryAfter) {
        return Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "register-unavailable",
                        "The database of the coordinators does not answer; repeat the request with the same id.")
                .retryAfter(retryAfter);
    }

    @Override
    public Optional<Problem> problemFor(Throwable failure) {
        return failure instanceof StoreUnavailableException
                ? Optional.of(registerUnavailable(Duration.ofSeconds(1)))
                : Optional.empty();
    }
}
