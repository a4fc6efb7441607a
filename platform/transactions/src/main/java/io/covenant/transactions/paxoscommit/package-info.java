/// Paxos Commit: atomic commitment that goes on while a majority of 2F+1 coordinators can be reached.
///
/// Failure model: processes crash and come back, an acceptor with all that it forced, a leader without a
/// memory; messages are lost, duplicated, delayed and reordered; clocks may say anything. No branch commits
/// while another aborts.
///
/// Each branch has a Paxos register over the acceptors, one more holds the list of the branches, and the
/// transaction commits when all of them hold PREPARED. Each coordinator is an acceptor. A branch sends its vote
/// straight to them, as the only proposer of its register in the ballot in which the transaction was begun; it
/// casts PREPARED or nothing. An acceptor writes down all registers of a transaction at once, when the last
/// vote is in. Anybody finishes what somebody else left, in a higher ballot: it first asks a majority what they
/// accepted, and chooses ABORT where nobody may have voted.
///
/// It blocks while fewer than a majority of the acceptors can be reached, and no longer. The transition
/// tables, generated from this code, are in `docs/protocols/paxos-commit.md`.
///
/// Source: J. Gray, L. Lamport, "Consensus on Transaction Commit", TODS 2006, §4 (Paxos Commit), §5 (costs)
/// and §6 (the registrar, whose register holds the list).
@NullMarked
package io.covenant.transactions.paxoscommit;

import org.jspecify.annotations.NullMarked;
