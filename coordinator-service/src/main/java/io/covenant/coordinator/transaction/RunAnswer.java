package io.covenant.coordinator.transaction;

import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;

/// What is known after asking to run a transaction.
public sealed interface RunAnswer {

    /// It committed or aborted, for ever.
    ///
    /// @param replayed whether it had been asked for before
    record Decided(TransactionResource transaction, boolean replayed) implements RunAnswer {}

    /// The register has not answered in time: ask for the transaction under its id.
    record Undecided(TransactionResource transaction) implements RunAnswer {}

    /// It was begun, and what became of it cannot be seen now: ask for it under its id.
    record OutOfSight() implements RunAnswer {}

    /// The id belongs to another transaction.
    record OtherBody() implements RunAnswer {}

    /// The id is so old that what was begun under it may be over, and forgotten: nothing was begun.
    record Forgotten() implements RunAnswer {}

    /// Nothing was begun, and no branch has heard.
    record NotBegun(Reason reason, Duration retryAfter) implements RunAnswer {}

    /// Why a transaction was not begun.
    enum Reason {
        /// The database that holds the register does not answer.
        REGISTER_UNAVAILABLE,
        /// This coordinator has as many transactions under way as it takes.
        TOO_MANY_TRANSACTIONS,
        /// An operator has one of its services left in peace.
        SERVICE_PAUSED,
        /// Too few of the coordinators have met to run Paxos Commit.
        GROUP_NOT_FOUNDED,
        /// This coordinator is going down.
        SHUTTING_DOWN
    }
}
