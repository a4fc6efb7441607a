/// A world in one thread in which distributed programs live, fail and are watched: seeded, so that every
/// schedule can be had again.
///
/// A [World] owns time, dice, a [Network] and [Node]s; a node runs a [Program] that is made anew at each
/// start, so that a crash loses whatever the program did not put on a [Disk] and force. Nothing happens but
/// events, one after the other, in an order that the seed fixes. Rules given by [World#always] are checked
/// after each.
///
/// [Seeds] runs a test for many seeds; [Explorer] visits every state of a small world instead of a sample
/// of a large one. Two things would break the promise of equal runs for equal seeds, and [Transcript] finds
/// them: clocks and random sources from outside, and walking through a `HashMap` or `Set.of` whose order
/// the seed does not fix.
///
/// Whether what clients saw can be explained is decided in `io.covenant.simulation.history`, of histories from
/// anywhere.
///
/// Source: FoundationDB's simulation (W. Wilson, "Testing Distributed Systems w/ Deterministic Simulation",
/// 2014); the check by running one seed twice is Accord's (`BurnTest.reconcile`).
@NullMarked
package io.covenant.simulation;

import org.jspecify.annotations.NullMarked;
