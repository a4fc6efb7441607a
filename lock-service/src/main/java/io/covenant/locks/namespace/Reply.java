package io.covenant.locks.namespace;

import java.util.List;

/// The answer to a command.
public sealed interface Reply {

    /// Nothing more to say.
    record Done() implements Reply {}

    record SessionOpened(long session, long ttlMillis) implements Reply {}

    /// There is none of this id, or no longer.
    record NoSuchSession(long session) implements Reply {}

    /// All names are held.
    record Granted(List<Grant> grants) implements Reply {
        public Granted {
            grants = List.copyOf(grants);
        }
    }

    /// @param token of the first grant, when the owner held the name before
    /// @param holds how often the owner holds it now
    record Grant(String name, Mode mode, long token, int holds) {

        /// What the holder shows to others.
        public Sequencer sequencer() {
            return new Sequencer(name, mode, token);
        }
    }

    /// Queued.
    ///
    /// @param position when it was queued: how many were before it in the longest of its queues
    record Waiting(long ticket, int position) implements Reply {}

    /// Somebody else holds it, or waits for it.
    ///
    /// @param session a holder, or the first one that waits
    /// @param token   of the holder; 0 when the name is only waited for
    record Busy(String name, long session, long token) implements Reply {}

    /// Its holder lost it, and may not know yet.
    record Delayed(String name, long untilMillis) implements Reply {}

    /// The wait is over without a grant.
    record TimedOut() implements Reply {}

    /// Waiting on would have been for ever; this request was chosen to give way.
    ///
    /// @param cycle each waits for the next one, the last for the first; shortened when it is long
    record Deadlock(List<Step> cycle) implements Reply {
        public Deadlock {
            cycle = List.copyOf(cycle);
        }
    }

    /// @param name what this owner waits for
    record Step(Owner owner, String name) {}

    /// @param undone what the cancelled request had come to
    record Cancelled(Undone undone) implements Reply {

        public enum Undone {
            /// It waited.
            WAITER,
            /// It was granted, and is released.
            GRANT,
            /// It has not come yet, and will have no effect.
            UNSEEN,
            /// It was over already.
            NOTHING
        }
    }

    /// @param holds how often the owner still holds each of the names
    record Released(List<Integer> holds) implements Reply {
        public Released {
            holds = List.copyOf(holds);
        }
    }

    /// The token is not that of the owner's hold.
    ///
    /// @param current of the name's youngest holder; 0 when nobody holds it
    record StaleToken(String name, long current) implements Reply {}

    /// @param instance   of the file
    /// @param generation that the command made
    record FileWritten(long instance, long generation) implements Reply {}

    /// @param current the generation that the file has; 0 when there is none
    record WrongGeneration(String path, long current) implements Reply {}

    /// @param leases   that were noted
    /// @param extended of them, still without a renewal since the election
    record LeasesNoted(int leases, int extended) implements Reply {}

    /// Not allowed, and nothing is changed.
    ///
    /// @param about what the rule was applied to
    /// @param bound the limit, or the present value, that the command collided with; else 0
    record Refused(RefusalCode code, String about, long bound) implements Reply {}
}
