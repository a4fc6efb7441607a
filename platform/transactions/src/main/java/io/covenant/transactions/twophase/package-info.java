/// Two-phase commit with presumed abort, driven by any of several coordinators.
///
/// Failure model: processes crash and come back, losing what was not forced; messages are lost, duplicated,
/// delayed and reordered; clocks may say anything. No branch commits while another aborts.
///
/// Safety rests on one write-once register per transaction. COMMIT enters it in one forced write that seals
/// the list of branches. Only the coordinator that itself heard every vote of the attempt proposes COMMIT,
/// everyone else can only propose ABORT. An attempt that its coordinator aborts writes nothing there:
/// nobody else could ever commit it.
///
/// The begin record is not forced, and may be lost. COMMIT therefore enters the register only beside the
/// begin record of its attempt, and an abort that bypasses the register is answered only when that record
/// is there to carry it. Otherwise a client could hear ABORTED of one attempt while another, begun without
/// a memory of it, commits.
///
/// It blocks when the register cannot be reached: prepared branches keep their locks until it can. The
/// transition tables, generated from this code, are in `docs/protocols/two-phase-commit.md`.
///
/// Source: C. Mohan, B. Lindsay, R. Obermarck, "Transaction Management in the R* Distributed Database
/// Management System", TODS 1986, §3 (presumed abort); J. Gray, L. Lamport, "Consensus on Transaction
/// Commit", TODS 2006, §4 (2PC as the case F = 0 of Paxos Commit, whose only acceptor is the register).
@NullMarked
package io.covenant.transactions.twophase;

import org.jspecify.annotations.NullMarked;
