package io.covenant.transactions.threephase;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Answers a participant that holds a prepared branch and has heard no decision. Its time-out decides nothing:
/// it may start a termination.
public final class ThreePhaseInquiry {

    /// What is to be done for the participant.
    public sealed interface Answer {

        /// Tell it this.
        record Decided(Outcome outcome) implements Answer {}

        /// Its coordinator still has time; ask again after this long.
        record Undecided(Duration askAgainIn) implements Answer {}

        /// Stand for election, see [ThreePhaseCommit#terminate].
        record Terminate() implements Answer {}
    }

    private ThreePhaseInquiry() {}

    /// Also without the coordinators' database the answer is right: then nothing is known, and a termination
    /// starts.
    ///
    /// @param standing that of the coordinators' site
    /// @param deadline the deadline in the begin record of the branch's own attempt; empty when there is no
    ///                 such record
    public static Answer answer(Standing standing, Optional<Instant> deadline, Instant now) {
        if (standing.decided().isPresent()) {
            return new Answer.Decided(standing.decided().get());
        }
        if (deadline.isPresent() && now.isBefore(deadline.get())) {
            return new Answer.Undecided(Duration.between(now, deadline.get()));
        }
        return new Answer.Terminate();
    }
}
