package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.time.Duration;
import java.util.SortedSet;

/// What a protocol asks [TransactionDriver] for; each means what the effect of the protocol says that it is made of.
sealed interface Task {

    /// Send the work, and ask.
    record Ask(BranchId to) implements Task {}

    /// Give up so long after this branch was first asked, unless the deadline is earlier.
    record ExpireAfter(BranchId asked, Duration holds) implements Task {}

    record Propose(Decision decision, SortedSet<BranchId> sealed) implements Task {}

    record Tell(BranchId to, Decision decision) implements Task {}

    /// Have the branch tell whether it has committed in one phase, or never will.
    record Settle(BranchId to) implements Task {}

    record Answer(Decision decision) implements Task {}

    record Close(Decision decision) implements Task {}

    record End(Decision decision) implements Task {}
}
