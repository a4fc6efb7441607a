/// Tests of the primary's part.
@NullMarked
package io.covenant.locks.primary;

import org.jspecify.annotations.NullMarked;
