package io.covenant.consensus.node;

import io.covenant.consensus.raft.NodeId;
import org.jspecify.annotations.Nullable;

/// What became of a proposal.
public sealed interface Outcome<R> {

    /// It was committed, and applied on this node.
    record Applied<R>(long index, long term, R result) implements Outcome<R> {}

    /// It was not done and never will be: another node leads, or nobody does.
    ///
    /// @param leader where to ask, if known
    record NotLeader<R>(@Nullable NodeId leader) implements Outcome<R> {}

    /// It was not done: too much waits already. Ask again later.
    record Overloaded<R>() implements Outcome<R> {}

    /// It may or may not be done, now or later. Ask again so that doing it twice does no harm.
    record Unknown<R>(String why) implements Outcome<R> {}
}
