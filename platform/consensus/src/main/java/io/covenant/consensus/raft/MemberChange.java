package io.covenant.consensus.raft;

/// One step from one set of members to the next.
public sealed interface MemberChange {

    NodeId node();

    /// Let a new node receive the log.
    record AddLearner(NodeId node) implements MemberChange {}

    /// Let a learner vote that has caught up.
    record Promote(NodeId node) implements MemberChange {}

    /// Let a node go, be it a voter, a learner or the leader itself.
    record Remove(NodeId node) implements MemberChange {}
}
