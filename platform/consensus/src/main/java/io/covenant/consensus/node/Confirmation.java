package io.covenant.consensus.node;

import io.covenant.consensus.raft.NodeId;
import org.jspecify.annotations.Nullable;

/// Whether a node was the leader when it was asked, by what a majority said afterwards.
public sealed interface Confirmation {

    record Confirmed(long term, long readIndex) implements Confirmation {}

    record NotLeader(@Nullable NodeId leader) implements Confirmation {}

    /// Too many ask already.
    record Overloaded() implements Confirmation {}
}
