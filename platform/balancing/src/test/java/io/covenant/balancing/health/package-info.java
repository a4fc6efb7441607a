@NullMarked
package io.covenant.balancing.health;

import org.jspecify.annotations.NullMarked;
