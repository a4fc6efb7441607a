package io.covenant.consensus.raft;

/// A message on its way.
///
/// @param group messages of other groups are ignored
/// @param to    messages to somebody else are ignored, even to the same name with another disk
public record Envelope(long group, NodeId from, NodeId to, Message message) {}
