/// One-phase commit, for a transaction with a single branch: its service commits it at once, and the barrier row that
/// commits with it is the decision.
///
/// Failure model: processes crash and come back, losing what was not forced; messages are lost, duplicated, delayed and
/// reordered; clocks may say anything. The branch's effects are there once or never, and whoever is told the outcome,
/// by any coordinator at any time, is told the same.
///
/// The coordinators force nothing. So a crash of their database may lose that the transaction was ever begun, and
/// neither "there is no decision" nor "nobody remembers it" says that it has not committed. Two things make up for it:
///
/// - Every execution of the transaction uses the same branch id, see
///   [io.covenant.transactions.onephase.OnePhaseAttempts]. Its barrier row is one write-once register for all of them:
///   the work's own row, or a fence. ABORT is said only once the fence stands.
/// - The id of such a transaction says that nothing may be presumed of it, see
///   [io.covenant.transactions.TransactionId#isDecidedByItsBranch].
///
/// It blocks only where the service itself is away. The transition tables, generated from this code, are in
/// `docs/protocols/one-phase-commit.md`.
///
/// Source: C. Mohan, B. Lindsay, R. Obermarck, "Transaction Management in the R* Distributed Database Management
/// System", TODS 1986, §2 (a tree of one site commits in one phase); the barrier in place of the log is this
/// platform's.
@NullMarked
package io.covenant.transactions.onephase;

import org.jspecify.annotations.NullMarked;
