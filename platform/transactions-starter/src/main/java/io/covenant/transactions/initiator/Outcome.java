package io.covenant.transactions.initiator;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import org.jspecify.annotations.Nullable;

/// What is known about a transaction: it happened, it did not, or it is not known yet and may be asked again.
public sealed interface Outcome {

    TransactionId id();

    /// All branches happen, for ever.
    ///
    /// @param readable whether all have happened, so that everybody sees it; a branch whose service is away happens
    ///                 when it is back
    record Committed(TransactionId id, boolean readable) implements Outcome {

        /// One whose branches have all happened.
        public Committed(TransactionId id) {
            this(id, true);
        }
    }

    /// No branch happened, and none ever will.
    ///
    /// @param refusal why
    /// @param branch  the branch that refused; absent when none did, as when the deadline passed
    record Aborted(
            TransactionId id, Refusal refusal, @Nullable String branch) implements Outcome {}

    /// Nobody could tell in time. It is one of the other two, or will be: ask [Transactions#outcomeOf], or run the same
    /// transaction under the same id again.
    record InDoubt(TransactionId id) implements Outcome {}
}
