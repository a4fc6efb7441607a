/// What people who look after transactions see and do: what is in doubt and why, trying again now, hazards settled by
/// hand, services left in peace. Every act wants a reason and leaves a row in the audit.
@NullMarked
package io.covenant.coordinator.operation;

import org.jspecify.annotations.NullMarked;
