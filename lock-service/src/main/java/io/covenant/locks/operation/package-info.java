/// What operators see and do: members, forced releases, the audit, health and metrics.
@NullMarked
package io.covenant.locks.operation;

import org.jspecify.annotations.NullMarked;
