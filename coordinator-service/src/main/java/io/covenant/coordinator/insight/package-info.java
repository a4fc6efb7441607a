/// What a person or a monitor can see: lists, metrics, health.
@NullMarked
package io.covenant.coordinator.insight;

import org.jspecify.annotations.NullMarked;
