package io.covenant.transactions.threephase;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// A decision with the branches that it commits.
///
/// @param sealed the branches that voted yes; empty for ABORT
public record Outcome(Decision decision, SortedSet<BranchId> sealed) {

    public static final Outcome ABORT = new Outcome(Decision.ABORT, Collections.emptySortedSet());

    public Outcome {
        sealed = Collections.unmodifiableSortedSet(new TreeSet<>(sealed));
    }

    /// What it means for one branch: ABORT also under COMMIT, for a branch that is not sealed. Such a one told
    /// that it only read, and was prepared by a duplicate of its prepare.
    public Decision decisionFor(BranchId branch) {
        return sealed.contains(branch) ? Decision.COMMIT : Decision.ABORT;
    }

    public static Outcome commit(Set<BranchId> sealed) {
        return new Outcome(Decision.COMMIT, new TreeSet<>(sealed));
    }
}
