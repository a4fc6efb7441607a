/// What clients saw, and whether a correct object could have shown it to them.
///
/// A [Recorder] writes down who asked what and when, and when which answer came, if any. Two kinds of
/// checks read the [History]:
///
/// - [Linearizability] searches an order of all operations that respects real time and that a [Model]
///   explains. It finds whatever is wrong with the answers, at a price that grows with the concurrency per
///   part of the model. Ready models: [Register], [FencedLock], [GuardedCounter].
/// - [LockRules], [GuardedCounter#everyIncrementCounts] and [WatchedStream] look for one mistake each, in
///   the time it takes to sort, so that they bear histories of any length.
///
/// Sources: M. Herlihy, J. Wing, "Linearizability", TOPLAS 1990; J. Wing, C. Gong, "Testing and Verifying
/// Concurrent Objects", JPDC 1993 (the search); G. Lowe, "Testing for Linearizability", CCPE 2017 (never
/// look at the same set of operations with the same state twice); A. Horn, D. Kroening, "Faster
/// Linearizability Checking via P-compositionality", FORTE 2015 (part by part).
@NullMarked
package io.covenant.simulation.history;

import org.jspecify.annotations.NullMarked;
