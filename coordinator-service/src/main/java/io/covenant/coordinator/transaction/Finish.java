package io.covenant.coordinator.transaction;

import io.covenant.transactions.Decision;

/// What a branch is told in the end.
public enum Finish {
    /// Commit what is prepared.
    COMMIT(Decision.COMMIT),
    /// Use what is reserved.
    CONFIRM(Decision.COMMIT),
    /// Roll back what is prepared.
    ABORT(Decision.ABORT),
    /// Give back what is reserved.
    CANCEL(Decision.ABORT),
    /// Never commit any more, unless it has committed in one phase.
    SETTLE(Decision.ABORT);

    private final Decision decision;

    Finish(Decision decision) {
        this.decision = decision;
    }

    /// The decision that it carries out.
    public Decision decision() {
        return decision;
    }

    /// For a branch that is prepared.
    public static Finish ofPrepared(Decision decision) {
        return switch (decision) {
            case COMMIT -> COMMIT;
            case ABORT -> ABORT;
        };
    }

    /// For a branch that has reserved.
    public static Finish ofReserved(Decision decision) {
        return switch (decision) {
            case COMMIT -> CONFIRM;
            case ABORT -> CANCEL;
        };
    }
}
