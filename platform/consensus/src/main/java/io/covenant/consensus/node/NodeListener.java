package io.covenant.consensus.node;

import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Snapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Hears what becomes of a node. Called on the node's own threads: it must not wait for anything.
public interface NodeListener {

    /// Hears nothing.
    static NodeListener none() {
        return new NodeListener() {};
    }

    /// Role, term or leader changed. A new leader's state machine may still lack what older leaders committed:
    /// what needs it goes through [RaftNode#read].
    default void became(Role role, long term, @Nullable NodeId leader) {}

    default void snapshotWritten(Snapshot snapshot, Duration took) {}

    /// The node goes on, and tries again after as many entries; its log grows meanwhile.
    default void snapshotFailed(Exception why) {}

    /// The state machine was replaced by the leader's snapshot.
    default void restored(Snapshot snapshot) {}
}
