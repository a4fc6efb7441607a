package io.covenant.consensus.raft;

/// When something happens to a node.
///
/// @param nanos      of the node's monotonic clock, whatever it counts from: for time-outs
/// @param wallMillis of its wall clock, for the time of entries: where that clock jumps ahead, the state
///                   machine's time does too
public record Moment(long nanos, long wallMillis) {}
