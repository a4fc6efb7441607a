package io.covenant.transactions.local;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.util.Set;

/// What the write-once register of a transaction holds.
///
/// @param branches those that the decision names
public record Chosen(Decision decision, Set<BranchId> branches) {

    public static final Chosen ABORTED = new Chosen(Decision.ABORT, Set.of());

    public Chosen {
        branches = Set.copyOf(branches);
    }
}
