package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.time.Duration;

/// Hears what happens to transactions, to count it. Must not block and must not throw.
public interface TransactionListener {

    /// Hears nothing.
    TransactionListener NONE = new TransactionListener() {};

    default void decided(Decision decision, Duration sinceBegin) {}

    /// All branches have confirmed.
    default void finished(Decision decision, Duration sinceBegin) {}

    /// A branch is not as decided.
    default void hazard(BranchId branch) {}

    /// Transactions of another coordinator, or of an earlier life of this one, are driven here from now on.
    default void takenOver(int transactions) {}

    /// Something is tried once more.
    default void retried(Retried what) {}

    /// One commit of the database that was waited for holds so many decisions.
    default void decisionsForced(int decisions, Duration took) {}

    /// What is tried once more.
    enum Retried {
        PREPARE,
        DECISION,
        FINISH,
        END_RECORD
    }
}
