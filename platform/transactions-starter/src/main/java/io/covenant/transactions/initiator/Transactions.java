package io.covenant.transactions.initiator;

import io.covenant.transactions.TransactionId;
import org.jspecify.annotations.Nullable;

/// The door to the coordinators.
///
/// ```java
/// var outcome = transactions.named("place-order").id(orderId).deadline(ofSeconds(3))
///         .branch("orders", "create", order)
///         .branch("inventory", "reserve", reservation)
///         .run();
/// ```
public interface Transactions {

    /// Begins to describe a transaction; nothing happens before [TransactionDraft#run].
    ///
    /// @param name what it is, for people: 1 to 60 characters of `a-z`, `0-9` and `-`
    default TransactionDraft named(String name) {
        return TransactionDraft.named(name, this);
    }

    /// Runs a transaction and waits for its outcome, for its deadline and a little longer. Running the same draft again
    /// under the same id never does the work twice.
    ///
    /// @throws CoordinatorUnavailableException  no coordinator was reached: nothing ran, and nothing will
    /// @throws TransactionRejectedException the coordinator refuses to run such a transaction: nothing ran
    Outcome run(TransactionDraft draft);

    /// What became of a transaction. Once its deadline has passed, or when nobody has heard of it, asking decides it:
    /// it is aborted, and the answer holds for ever.
    ///
    /// @param protocol the one that it was run under, as who decides depends on it; without it both the store and a
    ///                 majority of the coordinators must answer before what nobody remembers is aborted
    Outcome outcomeOf(TransactionId id, @Nullable CommitProtocol protocol);
}
