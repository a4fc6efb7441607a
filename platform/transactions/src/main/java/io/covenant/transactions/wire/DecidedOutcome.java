package io.covenant.transactions.wire;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.threephase.Outcome;
import java.util.List;
import java.util.TreeSet;

/// What a three-phase commit decided, or is moving to.
///
/// @param sealed the gids of the branches that commit; empty for ABORT
public record DecidedOutcome(Decision decision, List<String> sealed) {

    public DecidedOutcome {
        sealed = List.copyOf(sealed);
    }

    public static DecidedOutcome of(Outcome outcome) {
        return new DecidedOutcome(
                outcome.decision(), outcome.sealed().stream().map(BranchId::gid).toList());
    }

    /// @param asked a branch of the same attempt
    /// @throws IllegalArgumentException when it seals another attempt's branch, or COMMIT seals nothing
    public Outcome toOutcome(BranchId asked) {
        var branches = new TreeSet<BranchId>();
        for (var gid : sealed) {
            branches.add(BranchId.parse(gid)
                    .filter(branch -> branch.transaction().equals(asked.transaction())
                            && branch.attempt().equals(asked.attempt()))
                    .orElseThrow(() -> new IllegalArgumentException("no branch of this attempt: " + gid)));
        }
        if ((decision == Decision.COMMIT) == branches.isEmpty()) {
            throw new IllegalArgumentException("COMMIT seals branches, ABORT seals none");
        }
        return new Outcome(decision, branches);
    }
}
