package io.covenant.consensus.node;

import io.covenant.consensus.raft.Answer;
import io.covenant.consensus.raft.NodeId;
import org.jspecify.annotations.Nullable;

/// What became of an operator's order.
public sealed interface OrderOutcome {

    record Done() implements OrderOutcome {}

    record NotLeader(@Nullable NodeId leader) implements OrderOutcome {}

    /// Nothing was done, unless the reason says otherwise.
    record Refused(Answer.Reason reason) implements OrderOutcome {}

    /// It may or may not be done: look at the members and the leader.
    record Unknown(String why) implements OrderOutcome {}
}
