package io.covenant.consensus.raft;

import org.jspecify.annotations.Nullable;

/// One step from one set of members to the next.
public sealed interface MemberChange {

    NodeId node();

    /// Let a new node receive the log.
    ///
    /// @param address where the others reach it, unless their own configuration says so
    record AddLearner(NodeId node, @Nullable String address) implements MemberChange {

        public AddLearner {
            if (address != null) {
                Members.requireAddress(address);
            }
        }

        public AddLearner(NodeId node) {
            this(node, null);
        }
    }

    /// Let a learner vote that has caught up.
    record Promote(NodeId node) implements MemberChange {}

    /// Let a node go, be it a voter, a learner or the leader itself.
    record Remove(NodeId node) implements MemberChange {}
}
