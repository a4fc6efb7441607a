@NullMarked
package io.covenant.coordinator.transaction;

import org.jspecify.annotations.NullMarked;
