package io.covenant.consensus.node;

import io.covenant.consensus.raft.Members;
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

    /// The log says that these are the members now, be that committed or not: whoever connects to peers
    /// connects to all of them, and to nobody else. Also called at the start, with what is known then.
    default void membersAre(Members members) {}

    default void snapshotWritten(Snapshot snapshot, Duration took) {}

    /// The node goes on, and tries again after as many entries; its log grows meanwhile.
    default void snapshotFailed(Exception why) {}

    /// The state machine was replaced by the leader's snapshot.
    default void restored(Snapshot snapshot) {}
}
