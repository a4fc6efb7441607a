@NullMarked
package io.covenant.locks.spring.names;

import org.jspecify.annotations.NullMarked;
