package io.covenant.locks.primary;

import io.covenant.locks.namespace.Reply;
import org.jspecify.annotations.Nullable;

/// What a client is told.
public sealed interface Answer {

    /// The log's answer.
    ///
    /// @param index           of the entry that made it
    /// @param remainingMillis of the session's lease; 0 when that is not known here
    record Replied(long index, Reply reply, long remainingMillis) implements Answer {}

    /// The lease was prolonged, by a node that led when it said so.
    record Renewed(long remainingMillis) implements Answer {}

    /// Nothing was done here; what waits keeps its place, and is found at the primary under the same number.
    ///
    /// @param leader where to ask, if known
    record NotPrimary(@Nullable String leader) implements Answer {}

    /// Nothing was done: too much waits already.
    record Overloaded() implements Answer {}

    /// It may or may not be done: ask again under the same number.
    record Unknown() implements Answer {}
}
