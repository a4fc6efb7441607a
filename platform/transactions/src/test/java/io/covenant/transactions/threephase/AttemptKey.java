package io.covenant.transactions.threephase;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.TransactionId;

/// One execution of one transaction.
record AttemptKey(TransactionId id, Attempt attempt) {

    static AttemptKey of(BranchId branch) {
        return new AttemptKey(branch.transaction(), branch.attempt());
    }
}
