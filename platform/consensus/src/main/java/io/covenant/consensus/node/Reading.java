package io.covenant.consensus.node;

import io.covenant.consensus.raft.NodeId;
import org.jspecify.annotations.Nullable;

/// What a linearizable read saw.
public sealed interface Reading<T> {

    /// @param index up to where the state was applied that was read
    record Value<T>(T value, long index) implements Reading<T> {}

    record NotLeader<T>(@Nullable NodeId leader) implements Reading<T> {}

    /// Too many ask already.
    record Overloaded<T>() implements Reading<T> {}
}
