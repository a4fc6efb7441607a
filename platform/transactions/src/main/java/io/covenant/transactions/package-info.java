/// The vocabulary of atomic commitment: transactions, branches, votes, decisions, and the shape of every
/// protocol.
///
/// A protocol is a pure function `on(state, input) -> Step(next, effects)`. It never reads a clock, draws a
/// random number or touches a socket; whoever runs it persists what a step asks to be persisted, then sends
/// what it asks to be sent. The same code therefore runs in production, in seeded simulation and under
/// exhaustive exploration.
@NullMarked
package io.covenant.transactions;

import org.jspecify.annotations.NullMarked;
