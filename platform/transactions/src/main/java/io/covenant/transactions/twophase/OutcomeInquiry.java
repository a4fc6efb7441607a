package io.covenant.transactions.twophase;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Answers a participant that holds a prepared branch and has heard no decision.
///
/// Presumed abort with several coordinators: "there is no decision" may be answered as ABORT only by
/// somebody who has made it true. So an inquiry that comes after the deadline, or about a transaction that
/// nobody remembers, first writes ABORT into the register.
public final class OutcomeInquiry {

    /// What the participant is to be told.
    public sealed interface Answer {

        /// This branch commits or aborts, for ever.
        record Decided(Decision decision) implements Answer {}

        /// Its coordinator still has time; ask again after this long.
        record Undecided(Duration askAgainIn) implements Answer {}

        /// Write ABORT into the register unless it holds something, force it, then ask here again with what
        /// it holds.
        record WriteTombstone() implements Answer {}
    }

    private OutcomeInquiry() {}

    /// @param branch   the branch that asks
    /// @param register what the register of its transaction holds
    /// @param deadline the deadline in the begin record of the branch's own attempt; empty when there is no
    ///                 such record
    public static Answer answer(
            BranchId branch, Optional<TwoPhaseCommit.Input.Chosen> register, Optional<Instant> deadline, Instant now) {
        if (register.isPresent()) {
            return new Answer.Decided(register.get().sealed().contains(branch) ? Decision.COMMIT : Decision.ABORT);
        }
        if (deadline.isPresent() && now.isBefore(deadline.get())) {
            return new Answer.Undecided(Duration.between(now, deadline.get()));
        }
        return new Answer.WriteTombstone();
    }
}
