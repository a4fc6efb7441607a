package io.covenant.coordinator.transaction;

import io.covenant.transactions.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A transaction as the store remembers it: its begin record, and what followed.
///
/// @param decision   from the register or, for what its owner aborted without asking the register, from the end
///                   record
/// @param hazard     whether some branch is not as decided
/// @param branches   what became of each; empty when not known or when all did as decided
/// @param timeline   what has happened, without what the register holds
/// @param register   absent while undecided, after an abort by the owner, and when no branch wrote anything
record StoredTransaction(
        Begin begin,
        @Nullable Decision decision,
        boolean hazard,
        List<BranchStatus> branches,
        List<Timeline.Entry> timeline,
        @Nullable Instant decidedAt,
        @Nullable Instant finishedAt,
        Optional<Register> register) {

    StoredTransaction {
        branches = List.copyOf(branches);
        timeline = List.copyOf(timeline);
    }

    /// The decision as clients may hear it. A saga that goes forward has decided, and has not committed before its last
    /// step is done.
    @Nullable
    Decision answered() {
        boolean onItsWay = begin.protocol() == CommitProtocol.SAGA && decision == Decision.COMMIT && !finished();
        return onItsWay ? null : decision;
    }

    boolean finished() {
        return finishedAt != null;
    }
}
