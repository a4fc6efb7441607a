@NullMarked
package io.covenant.locks.operation;

import org.jspecify.annotations.NullMarked;
