package io.covenant.web.services;

import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemException;
import java.time.Duration;
import org.springframework.http.HttpStatus;

/// A service was sent a request and gave no answer: whether it happened is unknown. Answered as 504, code
/// `service-unanswered`.
public final class ServiceUnansweredException extends ProblemException {

    private final transient ServiceAnswer.Unanswered answer;

    public ServiceUnansweredException(ServiceAnswer.Unanswered answer) {
        super(Problem.of(
                        HttpStatus.GATEWAY_TIMEOUT,
                        "service-unanswered",
                        "The service '%s' gave no answer in time; whether it did what it was asked is unknown."
                                .formatted(answer.service()))
                .with("service", answer.service())
                .retryAfter(Duration.ofSeconds(1)));
        this.answer = answer;
    }

    /// The instances that were tried.
    public ServiceAnswer.Unanswered answer() {
        return answer;
    }

    @Override
    public String getMessage() {
        return super.getMessage() + " " + answer.reason();
    }
}
