package io.covenant.locks.session;

import io.covenant.locks.wire.LockEvent;
import org.jspecify.annotations.Nullable;

/// What happens to a session.
public sealed interface SessionInput {

    Moment at();

    record Open(Moment at) implements SessionInput {}

    /// Somebody wants something.
    ///
    /// @param ask           a positive number never used before
    /// @param patienceMillis for an answer, apart from the wait of an acquire; negative: until the session ends
    record Asked(Moment at, long ask, Operation operation, long patienceMillis) implements SessionInput {}

    /// The one who asked does not wait any longer.
    record Withdrawn(Moment at, long ask) implements SessionInput {}

    /// @param call the number under which it was sent
    record Answered(Moment at, long call, Answer answer) implements SessionInput {}

    /// The session's events come from this node from now on, without a gap; or from none.
    record Following(Moment at, @Nullable String node) implements SessionInput {}

    /// The events tell the end of a wait.
    ///
    /// @param index of the log, at which it ended
    record Told(Moment at, long index, LockEvent.Settled settled) implements SessionInput {}

    /// Time passed; due at [SessionCore#wakeAtNanos], and welcome at any time.
    record Ticked(Moment at) implements SessionInput {}

    record Closed(Moment at) implements SessionInput {}
}
