package io.covenant.consensus.raft;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an operator wants to know of a node.
///
/// @param followers what a leader knows of the others; empty elsewhere
public record Status(
        Role role,
        long term,
        @Nullable NodeId leader,
        Members members,
        long lastIndex,
        long durableIndex,
        long commitIndex,
        long snapshotIndex,
        List<Follower> followers) {

    /// @param match            what it is known to hold durably
    /// @param silence          since it was heard of
    /// @param receivesSnapshot it lacks more than the log still has
    public record Follower(NodeId node, boolean votes, long match, Duration silence, boolean receivesSnapshot) {}
}
