@NullMarked
package io.covenant.balancing.chance;

import org.jspecify.annotations.NullMarked;
