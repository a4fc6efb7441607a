package io.covenant.locks.session;

import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.LockProblem;

/// What is told to the one who asked.
public sealed interface Outcome {

    /// Held, and the lease held when this was told.
    record Held(Granted granted) implements Outcome {}

    /// Done.
    ///
    /// @param body a record of the wire
    record Done(Object body) implements Outcome {}

    /// A rule says no, and nothing was changed.
    record Refused(LockProblem problem) implements Outcome {}

    /// The wait is over without a grant. Should one come after all, it is given back.
    record TimedOut() implements Outcome {}

    /// No node gave an answer in time. An acquire is taken back; anything else may have been done.
    record Unavailable(String why) implements Outcome {}

    /// The session ended before.
    record SessionEnded(String why) implements Outcome {}
}
