/// Paxos Commit put to the test: as tables, in seeded simulation, by exhaustive exploration, and counted.
///
/// The simulated coordinator and participant are shells as thin as the real ones, around the same cores.
@NullMarked
package io.covenant.transactions.paxoscommit;

import org.jspecify.annotations.NullMarked;
