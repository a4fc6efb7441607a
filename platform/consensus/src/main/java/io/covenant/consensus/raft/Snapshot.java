package io.covenant.consensus.raft;

/// Names a snapshot of the state machine; its bytes are the shell's.
///
/// @param index   of the last entry that it contains
/// @param term    of that entry
/// @param members of the group as of that entry
public record Snapshot(long index, long term, Members members) {}
