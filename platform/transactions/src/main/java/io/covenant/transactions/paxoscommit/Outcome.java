package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.util.Optional;

/// What became of a transaction, for ever.
///
/// @param plan the attempt that was decided; empty when nothing was begun, as far as anybody could know
public record Outcome(Decision decision, Optional<Plan> plan) {

    /// Nobody had voted.
    public static final Outcome NOTHING = new Outcome(Decision.ABORT, Optional.empty());

    public Outcome {
        if (decision == Decision.COMMIT && plan.isEmpty()) {
            throw new IllegalArgumentException("nothing cannot be committed");
        }
    }

    public static Outcome commit(Plan plan) {
        return new Outcome(Decision.COMMIT, Optional.of(plan));
    }

    public static Outcome abort(Plan plan) {
        return new Outcome(Decision.ABORT, Optional.of(plan));
    }

    /// What a branch that asks is to be told: a branch of another attempt aborts.
    public Decision of(BranchId branch) {
        return plan.filter(decided -> decided.has(branch)).isPresent() ? decision : Decision.ABORT;
    }
}
