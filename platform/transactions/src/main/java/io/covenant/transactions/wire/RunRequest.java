package io.covenant.transactions.wire;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Asks a coordinator to run branches under a protocol until a deadline.
///
/// @param id             the initiator's name for the transaction, so that asking again does not run it
///                       again; the coordinator makes one when absent
/// @param name           what it is, for people
/// @param protocol       `TWO_PHASE` when absent
/// @param deadlineMillis when undecided after this long it aborts; the coordinator's default when absent
/// @param inTurn         whether each branch is asked to prepare only when those before it have voted:
///                       branches that lock rows in the same order in every transaction cannot deadlock
///                       across databases; all at once when absent
/// @param recovery       sagas only: what becomes of one that cannot go on, `BACKWARD` (when absent) or
///                       `FORWARD`
public record RunRequest<P>(
        @Nullable UUID id,
        String name,
        @Nullable String protocol,
        @Nullable Long deadlineMillis,
        @Nullable Boolean inTurn,
        List<BranchRequest<P>> branches,
        @Nullable String recovery) {

    /// A transaction under any protocol but a saga.
    public RunRequest(
            @Nullable UUID id,
            String name,
            @Nullable String protocol,
            @Nullable Long deadlineMillis,
            @Nullable Boolean inTurn,
            List<BranchRequest<P>> branches) {
        this(id, name, protocol, deadlineMillis, inTurn, branches, null);
    }
}
