/// Three-phase commit put to the test: as tables, in seeded simulation, and by exhaustive exploration.
///
/// The simulated coordinator and participant are shells as thin as the real ones, around the same cores.
@NullMarked
package io.covenant.transactions.threephase;

import org.jspecify.annotations.NullMarked;
