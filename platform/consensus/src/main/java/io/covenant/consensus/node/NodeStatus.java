package io.covenant.consensus.node;

import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Status;

/// What an operator wants to know of a running node.
///
/// @param raft           as the kernel sees it
/// @param appliedIndex   up to where the state machine is
/// @param unappliedBytes committed, in memory, not applied yet
/// @param waiting        requests that waited for the kernel when it was asked
/// @param open           requests that the kernel has, and that are not committed or refused yet
public record NodeStatus(NodeId node, Status raft, long appliedIndex, long unappliedBytes, int waiting, int open) {}
