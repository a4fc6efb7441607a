@NullMarked
package io.covenant.coordinator.insight;

import org.jspecify.annotations.NullMarked;
