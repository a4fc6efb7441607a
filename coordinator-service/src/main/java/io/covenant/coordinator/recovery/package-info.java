/// Finishes what dead coordinators left behind, and forgets what is long over.
@NullMarked
package io.covenant.coordinator.recovery;

import org.jspecify.annotations.NullMarked;
