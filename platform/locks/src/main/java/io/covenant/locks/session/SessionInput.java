package io.covenant.locks.session;

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

    /// Time passed; due at [SessionCore#wakeAtNanos], and welcome at any time.
    record Ticked(Moment at) implements SessionInput {}

    record Closed(Moment at) implements SessionInput {}
}
