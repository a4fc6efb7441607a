package io.covenant.consensus.raft;

import org.jspecify.annotations.Nullable;

/// What becomes of a request with a ticket.
public sealed interface Answer {

    /// In the leader's log. It is committed when [Effect.Commit] brings this index with this term; when it
    /// brings this index with another term, it never will be.
    record Accepted(long term, long index) implements Answer {}

    /// This node was the leader when it was asked.
    ///
    /// @param readIndex a read that was asked then sees all it must once this is applied
    record Confirmed(long term, long readIndex) implements Answer {}

    /// The leadership was handed over.
    record Transferred() implements Answer {}

    /// Nothing was done.
    ///
    /// @param leader where to ask, if known
    record NotLeader(@Nullable NodeId leader) implements Answer {}

    /// Nothing was done: too much waits already. Ask again later.
    record Overloaded() implements Answer {}

    /// Nothing was done.
    record Refused(Reason reason) implements Answer {}

    /// Why a leader refuses.
    enum Reason {
        /// The leadership is being handed over.
        TRANSFERRING,
        /// The hand-over took too long; it may happen all the same.
        TRANSFER_TIMED_OUT,
        /// The command is larger than any may be.
        TOO_LARGE,
        /// An earlier change of members is not committed.
        CHANGE_PENDING,
        /// No entry of this leader's term is committed yet: only then it knows what earlier leaders changed.
        TERM_NOT_COMMITTED,
        /// The learner lacks too much to become a voter.
        NOT_CAUGHT_UP,
        UNKNOWN_MEMBER,
        ALREADY_MEMBER,
        /// A group without voters could never decide anything again.
        LAST_VOTER
    }
}
