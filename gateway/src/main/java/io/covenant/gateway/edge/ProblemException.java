package io.covenant.gateway.edge;

import org.jspecify.annotations.Nullable;

/// Ends a request with a problem. It carries no stack trace: it tells about a request, not about this program.
public final class ProblemException extends RuntimeException {

    private final transient Problem problem;

    ProblemException(Problem problem) {
        this(problem, null);
    }

    ProblemException(Problem problem, @Nullable Throwable cause) {
        super(problem.code() + ": " + problem.detail(), cause, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
