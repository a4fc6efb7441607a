package io.covenant.transactions.participant;

/// What a branch does, inside its transaction.
@FunctionalInterface
public interface BranchWork {

    /// @throws BranchRefusedException to refuse with a reason; any other exception refuses as a failure
    void run(Branch branch) throws Exception;
}
