package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.time.Duration;

/// Asks the coordinators what became of a branch.
@FunctionalInterface
public interface OutcomeInquirer {

    sealed interface Answer {

        record Decided(Decision decision) implements Answer {}

        /// There is still time; ask again after this long.
        record Undecided(Duration askAgainIn) implements Answer {}

        /// Under Paxos Commit: a majority of the coordinators has forgotten the transaction.
        record Forgotten() implements Answer {}

        /// No coordinator told.
        record Silent(String reason) implements Answer {}
    }

    Answer outcomeOf(BranchId branch);
}
