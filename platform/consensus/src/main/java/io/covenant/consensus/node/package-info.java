/// A running node of a group: the Raft kernel, its log, its snapshots and a state machine, on threads.
///
/// [RaftNode] is the door. A service brings a [ReplicatedStateMachine] and a way to send frames, and proposes
/// commands; the answer comes when the command was applied, or says that it was not, or that nobody knows.
///
/// Four threads, each with things that only it touches: one steps the kernel, one forces the log, one applies
/// what is committed, one writes snapshots. A fifth reads from disk for nodes that are behind. None of them
/// waits for another but where memory would grow without bound.
///
/// Who cannot go on, because the disk failed or the kernel found something impossible, ends the process: see
/// [FatalHandler]. Another one starts from what was durable.
@NullMarked
package io.covenant.consensus.node;

import org.jspecify.annotations.NullMarked;
