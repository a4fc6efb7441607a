package io.covenant.transactions.participant;

import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;

/// Refuses every second transaction while a branch is being worked on: it would not wait for the decision.
public record OneTransactionOnly(Branch branch) implements TransactionSynchronization, Ordered {

    @Override
    public void suspend() {
        throw new BranchNotPreparableException(
                "The branch operation '%s' opens a second transaction (REQUIRES_NEW, NOT_SUPPORTED or another transaction manager); it would be committed whatever the branch's transaction decides. Work in the branch's own transaction, or do it in an AFTER_COMMIT listener."
                        .formatted(branch.operation()));
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
