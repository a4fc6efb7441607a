/// Which coordinators are alive. A matter of liveness only: nothing that is decided depends on it.
@NullMarked
package io.covenant.coordinator.ownership;

import org.jspecify.annotations.NullMarked;
