/// Drives transactions to one outcome.
///
/// [CoordinatorEngine] puts the parts together, with or without Spring: `transaction` runs and remembers,
/// `ownership` says who is alive, `recovery` finishes what the dead left, `insight` shows all of it.
@NullMarked
package io.covenant.coordinator;

import org.jspecify.annotations.NullMarked;
