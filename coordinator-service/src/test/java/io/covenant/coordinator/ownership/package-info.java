@NullMarked
package io.covenant.coordinator.ownership;

import org.jspecify.annotations.NullMarked;
