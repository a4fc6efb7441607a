/// Taking turns by weight, as evenly as it can be done.
@NullMarked
package io.covenant.balancing.rotation;

import org.jspecify.annotations.NullMarked;
