/// What active probes say, and how many of them it takes to be believed.
@NullMarked
package io.covenant.balancing.health;

import org.jspecify.annotations.NullMarked;
