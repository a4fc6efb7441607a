@NullMarked
package io.covenant.balancing;

import org.jspecify.annotations.NullMarked;
