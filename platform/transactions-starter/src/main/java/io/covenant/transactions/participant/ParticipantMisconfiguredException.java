package io.covenant.transactions.participant;

/// The service cannot be a participant as it, or its database, is configured; ends the start-up.
public final class ParticipantMisconfiguredException extends RuntimeException {

    private final String problem;
    private final String fix;

    ParticipantMisconfiguredException(String problem, String fix) {
        super(problem + " " + fix);
        this.problem = problem;
        this.fix = fix;
    }

    /// What is wrong.
    public String problem() {
        return problem;
    }

    /// What to do about it.
    public String fix() {
        return fix;
    }
}
