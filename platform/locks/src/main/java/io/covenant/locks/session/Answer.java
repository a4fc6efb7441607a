package io.covenant.locks.session;

import io.covenant.locks.wire.LockProblem;
import io.covenant.locks.wire.Queued;
import org.jspecify.annotations.Nullable;

/// What became of a call.
public sealed interface Answer {

    /// Done.
    ///
    /// @param term the node's
    /// @param body a record of the wire, or an empty one
    record Done(long term, Object body) implements Answer {}

    /// The request waits.
    record Waits(long term, Queued queued) implements Answer {}

    /// A rule says no; the figures are in the problem.
    record Refused(long term, LockProblem problem) implements Answer {}

    /// The session has ended.
    record SessionGone(long term) implements Answer {}

    /// Ask this node instead.
    record Redirected(String leader) implements Answer {}

    /// Not now; nothing is known of the outcome.
    ///
    /// @param retryAfterMillis 0 when the node does not say
    /// @param leader           when the node knows
    /// @param busy             the node works, but has too much to do
    record Unavailable(long retryAfterMillis, @Nullable String leader, boolean busy, String why) implements Answer {}

    /// No answer; nothing is known of the outcome.
    record Silence(String why) implements Answer {}
}
