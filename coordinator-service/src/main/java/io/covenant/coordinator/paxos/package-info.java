/// Paxos Commit among the coordinators: a transaction is decided by a majority of them, and their database has no part
/// in it.
///
/// [PaxosTransactions] is the door. A [Leader] is the shell around the pure
/// [io.covenant.transactions.paxoscommit.PaxosCommit] for one transaction; [LedBranches] are what it asks and tells;
/// [Janitor] finishes what others left; [Peers] are the other coordinators, whose acceptors, like the one of this
/// node, are a [io.covenant.coordinator.acceptor.DurableAcceptor].
@NullMarked
package io.covenant.coordinator.paxos;

import org.jspecify.annotations.NullMarked;
