/// The replicated state of the lock service: sessions, locks, queues, files, answers and time, as one
/// deterministic machine over a log.
///
/// [Namespace] applies one [Command] after the other and answers each with a [Reply] and [Event]s. It reads
/// no clock: an entry carries its primary's time, and the state's time never goes back. Whatever time does
/// (a lease that runs out, a wait that is over, the end of a lock-delay) is a command that a primary
/// proposes, see [Timers], and that takes effect only if it is still true at its place in the log.
///
/// What the safety of a lock rests on:
///
/// - A grant is decided at one index, with the holder's session alive at that index, and its token is that
///   index below the cluster's epoch.
/// - A release and the grant that follows from it are one entry.
/// - An answer is remembered with its request's number until the client acknowledges it, in the state and in
///   every snapshot. A cancel undoes its request, whatever that has come to, and also if it has not come.
/// - A hold that is lost, rather than given back, keeps its place until its lock-delay is over.
///
/// Failure model: it has none. It is as available as its log, and equal on all replicas at equal index; the
/// SHA-256 of a snapshot tells. It cannot stop a client that goes on after it lost its lock: the resource
/// compares tokens.
///
/// Tables, commands, tokens and time are in `docs/protocols/lock-namespace.md`.
///
/// Source: M. Burrows, "The Chubby lock service for loosely-coupled distributed systems", OSDI 2006, §2.
@NullMarked
package io.covenant.locks.namespace;

import org.jspecify.annotations.NullMarked;
