package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The door to transactions whose outcome lies with a majority of the coordinators, and not in the store: they are
/// run, looked for and finished without it.
public interface QuorumTransactions {

    /// Whether this coordinator takes part in the quorum, and so can begin transactions.
    boolean takesPart();

    /// Runs a transaction, or finds the one that was run under this id, and waits for the outcome until about the
    /// deadline.
    RunAnswer run(TransactionPlan plan);

    /// What is known of a transaction, here and where it is or was led; empty when this coordinator has not heard of
    /// it.
    Optional<TransactionResource> find(TransactionId id);

    /// What the coordinators lead or have led lately, as far as they answer, and what this one knows to be unfinished.
    List<TransactionResource> recent();

    /// How many this coordinator leads of which the outcome is not known.
    int inDoubt();

    /// Whether this coordinator has heard of it.
    boolean knows(TransactionId id);

    /// What became of a branch. Unless that is known, asking finishes its transaction, if nobody else does.
    Inquiry outcome(BranchId branch);

    /// What became of a transaction. Unless that is known, asking finishes it, if nobody else does; and if nobody has
    /// begun it, nobody ever will.
    Inquiry outcome(TransactionId id);

    /// How hard this coordinator tries to finish a transaction; absent where it does not lead it.
    Optional<Pursuit> pursuitOf(TransactionId id);

    /// Tries at once whatever a transaction waits for; answers whether this coordinator has anything to do with it.
    boolean retryNow(TransactionId id);

    /// Has the branches of a finished transaction told once more, and takes a person's word for those that still are
    /// not as decided. Waits a moment for that to be over.
    ///
    /// @param words by the names of branches; without effect where the transaction is led at this moment
    /// @return whether there was anything to settle
    boolean settle(TransactionId id, Map<String, Heuristic> words);

    /// What an inquiry is answered.
    sealed interface Inquiry {

        /// For ever.
        ///
        /// @param begun whether any branch can have voted
        record Decided(Decision decision, boolean begun) implements Inquiry {}

        /// Somebody is about to decide it, or too few coordinators answer.
        record Undecided(Duration askAgainIn) implements Inquiry {}

        /// It is so old that a majority has forgotten it. A branch that is still prepared aborts.
        record Forgotten() implements Inquiry {}
    }
}
