/// Three-phase commit with quorum-based termination (E3PC), driven by any of several coordinators.
///
/// Failure model: processes crash, pause and come back, losing what was not forced; the network splits; messages
/// are lost, duplicated, delayed and reordered; clocks may say anything. No branch commits while another aborts.
///
/// The *sites* of an attempt are the databases: one for each branch, and that of the coordinators. Each keeps a
/// [Standing][io.covenant.transactions.threephase.Standing] and forces it before it answers. Coordinators keep
/// nothing; they only stand for [election][io.covenant.transactions.threephase.Election]. When a quorum of the
/// sites, more than half of them, has pre-committed in one election, the attempt is committed; when a quorum has
/// pre-aborted, it is aborted. Whoever is elected later hears of it, since two quorums share a site, and follows
/// the highest attempt (the paper's *last attempt*, §4.2). An election or an attempt below the highest election
/// that a site has heard of (*last elected*) is refused.
///
/// Only the coordinator that itself heard every vote starts a commit, in the first election, and only after the
/// coordinators' site has pre-committed beside the begin record of the attempt: so two attempts of one transaction
/// never commit. Before that it may abort alone. A time-out decides nothing, it starts a termination.
///
/// It blocks only where no quorum is connected: with two branches, any one of three databases may be gone, that of
/// the coordinators included. Branches of one service share a database and are gone together. A branch needs a
/// live instance of its service to hear the decision. The transition tables, generated from this code, and what it
/// costs are in `docs/protocols/three-phase-commit.md`; the reasons in `docs/decisions`.
///
/// The textbook's unilateral time-outs exist as
/// [UNSAFE_TEXTBOOK][io.covenant.transactions.threephase.TimeOutRule#UNSAFE_TEXTBOOK], to be seen failing in
/// [SplitDecision][io.covenant.transactions.threephase.SplitDecision].
///
/// Source: I. Keidar, D. Dolev, "Increasing the Resilience of Distributed and Replicated Database Systems", JCSS
/// 1998, §4 (E3PC); D. Skeen, "Nonblocking Commit Protocols", SIGMOD 1981 (the textbook's). Other than there, who
/// stands for election guesses a number and stands again higher when refused, and proceeds with the first quorum
/// that answers.
@NullMarked
package io.covenant.transactions.threephase;

import org.jspecify.annotations.NullMarked;
