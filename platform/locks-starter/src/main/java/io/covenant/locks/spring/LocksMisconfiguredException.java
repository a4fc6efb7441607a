package io.covenant.locks.spring;

/// The lock client cannot work as it is configured; ends the start-up.
public final class LocksMisconfiguredException extends RuntimeException {

    private final String problem;
    private final String fix;

    LocksMisconfiguredException(String problem, String fix) {
        super(problem + " " + fix);
        this.problem = problem;
        this.fix = fix;
    }

    public String problem() {
        return problem;
    }

    public String fix() {
        return fix;
    }
}
