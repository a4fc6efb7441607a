package io.covenant.consensus.raft;

import java.util.List;

/// What a disk holds when a node starts. All of it must be durable, not merely readable: after a killed
/// process the shell forces its files once before it starts the kernel.
///
/// @param group    the number of the group; messages of other groups are ignored
/// @param state    term and vote
/// @param snapshot the newest
/// @param log      without gaps; may begin before or right after the snapshot
public record Durable(long group, HardState state, Snapshot snapshot, List<Entry> log) {

    public Durable {
        log = List.copyOf(log);
    }

    /// The disk of a founder. To be written once, by somebody who knows that the group is new: a founder
    /// whose disk was lost must come back by [#joining], under another [NodeId].
    public static Durable founding(long group, Members members) {
        return new Durable(group, HardState.INITIAL, new Snapshot(0, 0, members), List.of());
    }

    /// The empty disk of a node that waits to be added as a learner. It does not vote.
    public static Durable joining(long group) {
        return founding(group, Members.nobody());
    }
}
