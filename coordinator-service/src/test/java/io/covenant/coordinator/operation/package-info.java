@NullMarked
package io.covenant.coordinator.operation;

import org.jspecify.annotations.NullMarked;
