package io.covenant.web.services;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import java.time.Duration;
import org.springframework.http.HttpStatus;

/// No instance of a service took a request: nothing was sent. Answered as 503, code `service-unavailable`.
public final class ServiceUnavailableException extends ProblemException {

    private final transient ServiceAnswer.NotSent answer;

    public ServiceUnavailableException(ServiceAnswer.NotSent answer) {
        super(Problem.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "service-unavailable",
                        "No instance of the service '%s' can be reached; nothing was sent to it."
                                .formatted(answer.service()))
                .with("service", answer.service())
                .retryAfter(Duration.ofSeconds(1)));
        this.answer = answer;
    }

    /// The instances that were tried.
    public ServiceAnswer.NotSent answer() {
        return answer;
    }

    @Override
    public String getMessage() {
        return super.getMessage() + " " + answer.reason();
    }
}
