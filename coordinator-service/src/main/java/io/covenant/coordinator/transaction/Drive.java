package io.covenant.coordinator.transaction;

import io.covenant.transactions.Decision;
import io.covenant.transactions.wire.TransactionResource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One attempt of one transaction that this coordinator brings to its end, whatever its protocol.
///
/// Its methods may be called by anybody at any time, and do not wait for others. All that it knows is volatile: what
/// lasts is in the store.
interface Drive {

    Begin begin();

    /// Completes when clients may hear the answer.
    CompletableFuture<Resolution> resolution();

    /// Completes when every branch has confirmed.
    CompletableFuture<Decision> finished();

    /// Starts a new attempt: stores what another coordinator would need, then asks the branches for their work.
    void start();

    /// Finishes an attempt that another coordinator left.
    void takeOver();

    /// The store says that this incarnation owns the attempt in this epoch.
    void ownsIn(int epoch);

    /// What is known about a decision on this very attempt, without asking anybody.
    @Nullable
    Decision decision();

    /// Whether nothing that is done here would hasten it: it waits for a report, or for a person.
    default boolean waitsForOthers() {
        return false;
    }

    /// Tries at once what is waited for.
    void retryNow();

    /// How hard it tries, and when it tries again.
    Pursuit pursuit();

    /// The transaction as it is at this moment.
    TransactionResource view();
}
