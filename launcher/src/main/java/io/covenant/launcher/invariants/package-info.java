/// What must be true of the databases at any time, checked from outside of the services, straight from their tables.
///
/// The way in is [Invariants].
@NullMarked
package io.covenant.launcher.invariants;

import org.jspecify.annotations.NullMarked;
