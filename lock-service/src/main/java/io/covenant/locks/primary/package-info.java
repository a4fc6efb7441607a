/// What the primary does that the log does not: it counts leases, answers keep-alives, lets time act, and
/// keeps requests waiting for their grant.
///
/// [Primary] is told what happens, with the monotonic time of each thing, and answers with effects for a
/// shell to perform. It reads no clock, opens nothing, runs in no thread of its own; the same code runs in
/// the service and, many nodes in one thread, in simulations.
///
/// What the safety of leases rests on:
///
/// - A keep-alive is answered only after a majority confirmed the leadership by a round that began after the
///   keep-alive had come, or by committing an entry that was proposed after it.
/// - A lease runs from when its keep-alive arrived here; its client counts from when it was sent, so the
///   client is always the first to believe that it is over.
/// - Before it proposes to expire a session, the primary stops renewing it. Whether the session ended is
///   decided at that entry's place in the log, and a deposed primary commits nothing.
/// - A new primary arms every session from the state, see [io.covenant.locks.namespace.Timers#arm], and logs
///   the first renewal of each before it answers it.
///
/// Failure model: everything here is forgotten by a crash or a lost leadership, and made anew from the log.
/// It may be late with everything, never early. It blocks while no majority answers.
///
/// Source: M. Burrows, "The Chubby lock service for loosely-coupled distributed systems", OSDI 2006, §2.8, §2.9.
@NullMarked
package io.covenant.locks.primary;

import org.jspecify.annotations.NullMarked;
