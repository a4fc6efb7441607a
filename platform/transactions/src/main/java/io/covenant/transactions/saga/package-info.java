/// Sagas: steps that each commit on their own, and are compensated when the whole cannot be; driven by any
/// of several coordinators.
///
/// Failure model: processes crash and come back, losing what was not forced; messages are lost, duplicated,
/// delayed and reordered; clocks may say anything. A saga ends with every step done, or with every step
/// compensated or never done; or it is stuck where a person can see why, and goes on from there.
///
/// What is forced, and before what:
///
/// - The begin record with the whole saga, before the first action is sent. Nobody else would know of it.
/// - The decision *forward* in the write-once register, when the pivot is known to be done (without a
///   pivot: when every step is), before any step after it is sent.
/// - The decision *backward*, with the steps that may have been sent, before the first compensation is
///   sent.
/// - The epoch of a new owner, before it sends anything: an owner that only knows of itself must be the
///   only one.
/// - Nothing else. That a step is done is noted without force: whoever takes over asks it again, and its
///   barrier row answers.
///
/// Decisions are taken from the current owner only, by its epoch, in the write that forces them. A
/// superseded owner can still send actions. So whoever takes over assumes that every step up to the pivot
/// may have been sent, and the barrier refuses what comes after a compensation: each compensation takes the
/// keys of the action's barrier row first, waits for an action that is under way, and leaves a fence where
/// there was none. No outcome has to be known before it is compensated. The pivot alone cannot be
/// compensated: before *backward* is proposed it is fenced, and where the fence finds it done the saga goes
/// forward.
///
/// Isolation: none. Others see the middle, and may have acted upon it before it is compensated. What must
/// not be seen has to be held back by the services, as by a state "pending" or by a lock of the lock
/// service.
///
/// The transition tables, generated from this code, are in `docs/protocols/saga.md`.
///
/// Source: H. Garcia-Molina, K. Salem, "Sagas", SIGMOD 1987; pivot and retriable steps after S. Mehrotra et
/// al., "The Concurrency Control Problem in Multidatabases", SIGMOD 1992.
@NullMarked
package io.covenant.transactions.saga;

import org.jspecify.annotations.NullMarked;
