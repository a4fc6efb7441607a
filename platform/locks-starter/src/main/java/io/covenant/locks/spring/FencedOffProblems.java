package io.covenant.locks.spring;

import io.covenant.locks.fencing.FencedOffException;
import io.covenant.web.problem.Problem;
import io.covenant.web.problem.ProblemMapping;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/// What the sender of a request hears when the guard refused its token: 409 `stale-token`.
final class FencedOffProblems implements ProblemMapping {

    @Override
    public Optional<Problem> problemFor(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof FencedOffException fenced) {
                return Optional.of(Problem.of(HttpStatus.CONFLICT, "stale-token", FencingTokenFilter.STALE)
                        .with("given", fenced.given())
                        .with("current", fenced.current()));
            }
        }
        return Optional.empty();
    }
}
