package io.covenant.transactions.participant.local;

import io.covenant.transactions.participant.Branch;

/// What reserves, inside its transaction.
@FunctionalInterface
public interface TryWork {

    /// @return whether there was anything to reserve
    /// @throws io.covenant.transactions.participant.BranchRefusedException to refuse with a reason; any
    ///         other exception refuses as a failure
    boolean run(Branch branch) throws Exception;
}
