package io.covenant.transactions.participant;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.threephase.Outcome;
import java.time.Duration;
import java.util.SortedMap;

/// Asks the coordinators to bring an attempt under three-phase commit to its end.
@FunctionalInterface
interface TerminationRequester {

    sealed interface Answer {

        record Decided(Outcome outcome) implements Answer {}

        /// There is still time, or somebody stands for election; ask again after this long.
        record UnderWay(Duration askAgainIn) implements Answer {}

        /// No coordinator answered.
        record Silent(String reason) implements Answer {}
    }

    /// @param electorate every branch of the attempt with its service
    Answer terminate(BranchId branch, SortedMap<String, String> electorate);
}
