/// Write-once registers over several acceptors: single-decree Paxos, one instance for each key.
///
/// Failure model: proposers and acceptors crash and come back, an acceptor with all that it forced, a proposer
/// under a new incarnation; messages are lost, duplicated, delayed and reordered. At most one value is ever
/// chosen, it was proposed, and whoever learns a value learns that one.
///
/// Ballot 0 is owned by one proposer that everybody knows, who needs no first phase: in Paxos Commit the
/// participant sends its vote straight to the acceptors. It must propose one value only, whatever happens to
/// it. Everybody else, and the owner when it was outbid, goes through both phases with a higher ballot.
///
/// A register blocks while fewer than a majority of its acceptors can be reached. A register whose value
/// everybody has heard is forgotten by raising the horizon: below it an acceptor answers nothing but that it
/// forgot, since one that answered as if it had never promised could choose a second value.
///
/// The transition tables, generated from this code, are in `docs/protocols/paxos-register.md`.
///
/// Sources: L. Lamport, "Paxos Made Simple", 2001; J. Gray, L. Lamport, "Consensus on Transaction Commit",
/// TODS 2006, §5 (ballot 0 without its first phase).
@NullMarked
package io.covenant.consensus.register;

import org.jspecify.annotations.NullMarked;
