/// Try, confirm, cancel: every branch reserves in a transaction of its own, commits it, and later confirms
/// or cancels the reservation in another; driven by any of several coordinators.
///
/// Failure model: processes crash and come back, losing what was not forced; messages are lost, duplicated,
/// delayed and reordered; clocks may say anything. No branch confirms while another cancels.
///
/// Safety rests on the same write-once register as two-phase commit's. COMMIT, which means *confirm*,
/// enters it in one forced write that seals the list of branches, and only the coordinator that itself
/// heard every reservation of the attempt proposes it. The begin record is not forced; an abort by the
/// attempt's own coordinator writes nothing.
///
/// A reservation has a time, and no participant lets it expire by its own clock: when the time is over it
/// asks for the outcome, and whoever answers "cancel" has made it true in the register before. So a
/// reservation is never given back under a decision to confirm. Where one is gone all the same, by an
/// operator's hand or because what it was made at does not keep it, the confirmation ends as a hazard with
/// what was found, never as success.
///
/// Isolation: none between try and confirm. Others see that something is reserved, and the reservation is
/// held by no database lock. What must not be seen has to be modelled as reserved: no price of TCC is
/// hidden, it is paid by the service's own tables.
///
/// It blocks nobody's locks. While the register cannot be reached reservations stay. The transition tables,
/// generated from this code, are in `docs/protocols/tcc.md`.
///
/// Source: P. Helland, "Life beyond Distributed Transactions: an Apostate's Opinion", CIDR 2007 (tentative
/// operations); the barrier against empty and late calls is that of Seata's and DTM's TCC, here with
/// evidence.
@NullMarked
package io.covenant.transactions.tcc;

import org.jspecify.annotations.NullMarked;
