package io.covenant.consensus.raft;

import org.jspecify.annotations.Nullable;

/// What a node must remember beside its log, durably, before it says anything about it.
///
/// @param votedFor whom it voted for in this term, if for anybody
public record HardState(long term, @Nullable NodeId votedFor) {

    static final HardState INITIAL = new HardState(0, null);
}
