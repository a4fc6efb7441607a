@NullMarked
package io.covenant.locks.fencing;

import org.jspecify.annotations.NullMarked;
