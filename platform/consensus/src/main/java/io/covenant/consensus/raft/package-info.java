/// Raft: a log that a majority of nodes agrees on, as one pure state machine per node.
///
/// [Raft] is the door: inputs with the time at which they happen go in, effects come out. It opens no
/// socket, no file and no thread, reads no clock and draws no lots but by [Lots]; so the code that runs in
/// production also runs in a simulation of the whole group. A shell feeds it, performs the effects in the
/// order in which they stand, and reports what became durable.
///
/// Failure model: nodes crash and come back with all that they reported as durable; messages are lost,
/// doubled, delayed and reordered; clocks run as they like. Safety needs no clock at all. It blocks while no
/// majority of the voters can talk to each other.
///
/// What is persisted when, and where this differs from the papers, stands in `docs/protocols/raft.md`.
///
/// Source: D. Ongaro, J. Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended
/// Version)", 2014; D. Ongaro, "Consensus: Bridging Theory and Practice", dissertation, Stanford 2014,
/// §3.10 (hand-over), §4 (membership), §6.4 (reads), §9.6 (pre-vote); D. Ongaro, "bug in single-server
/// membership changes", raft-dev, July 2015.
@NullMarked
package io.covenant.consensus.raft;

import org.jspecify.annotations.NullMarked;
