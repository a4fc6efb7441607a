@NullMarked
package io.covenant.coordinator.recovery;

import org.jspecify.annotations.NullMarked;
