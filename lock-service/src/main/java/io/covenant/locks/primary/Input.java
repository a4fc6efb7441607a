package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.namespace.Timers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happens to a primary.
public sealed interface Input {

    /// In the place of a logical time: nothing is due.
    long NOTHING_DUE = Long.MAX_VALUE;

    // ---- of clients

    /// A client, or an operator, wants this done.
    ///
    /// @param ticket         returns with the [Effect.Tell]; used once
    /// @param patienceMillis how long to wait for the end of a wait, where the command comes to one; 0 for
    ///                       an answer at once
    record Ask(long ticket, Command command, long patienceMillis) implements Input {}

    /// A keep-alive of a session.
    ///
    /// @param ackUpTo as in [Command.Origin]
    record Renew(long ticket, long session, long ackUpTo) implements Input {}

    // ---- of the log

    /// Role, term or leader of this node changed.
    ///
    /// @param leader whom it takes for the leader, itself for instance
    record Became(boolean leads, long term, @Nullable String leader) implements Input {}

    /// The answer to [Effect.Arm]: the state, with everything that was committed before this term. To be told
    /// between two [Applied], in the order in which the state changed.
    ///
    /// @param epoch         of the state
    /// @param nextDueMillis when the first of its timers is due, or [#NOTHING_DUE]
    record Armed(long term, long epoch, long timeMillis, List<Timers.Armed> sessions, long nextDueMillis)
            implements Input {
        public Armed {
            sessions = List.copyOf(sessions);
        }
    }

    /// An entry was applied to this node's state.
    record Applied(Result result, long nextDueMillis) implements Input {}

    /// What became of an [Effect.Propose]. When it is [Fate.Done], its [Applied] was told before.
    record Proposed(long proposal, Fate fate) implements Input {}

    /// What became of an [Effect.Confirm].
    record Confirmed(long round, Standing standing) implements Input {}

    /// The answer to [Effect.Find].
    ///
    /// @param known    whether there is such a session
    /// @param standing by what the state was read
    record Found(long ticket, boolean known, long index, Standing standing) implements Input {}

    /// The answer to [Effect.Collect].
    record Due(List<Command> commands) implements Input {
        public Due {
            commands = List.copyOf(commands);
        }
    }

    // ---- of time

    /// Time has passed: see [Primary#deadline].
    record Tick() implements Input {}

    /// What became of a proposal.
    sealed interface Fate {

        /// Committed in this term, and applied here.
        record Done(long term, Result result) implements Fate {}

        /// Not done, and never will be.
        record NotLeader(@Nullable String leader) implements Fate {}

        /// Not done, and never will be.
        record Overloaded() implements Fate {}

        /// Nobody knows, and this node does not lead any more.
        record Unknown() implements Fate {}
    }

    /// Whether this node led when it was asked, by what a majority said after that.
    sealed interface Standing {

        record Leads(long term) implements Standing {}

        record NotLeader(@Nullable String leader) implements Standing {}

        record Overloaded() implements Standing {}
    }
}
