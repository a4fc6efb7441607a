package io.covenant.locks.session;

/// What a session wants done.
public sealed interface SessionEffect {

    /// @param number of this sending; its answer comes under the same one
    record Send(long number, String node, Call call) implements SessionEffect {}

    /// The answer to this sending is no longer of interest.
    record Abandon(long number) implements SessionEffect {}

    record Settle(long ask, Outcome outcome) implements SessionEffect {}

    /// The state changed.
    record Became(SessionState from, SessionState to, String why) implements SessionEffect {}
}
