@NullMarked
package io.covenant.balancing.retry;

import org.jspecify.annotations.NullMarked;
