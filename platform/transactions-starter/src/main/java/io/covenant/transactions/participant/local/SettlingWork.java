package io.covenant.transactions.participant.local;

import io.covenant.transactions.Decision;
import io.covenant.transactions.participant.BranchWork;

/// What confirms and cancels, by the name of the operation that reserved.
@FunctionalInterface
public interface SettlingWork {

    /// @throws IllegalStateException when there is no such operation any more
    BranchWork of(String operation, Decision decision);
}
