@NullMarked
package io.covenant.balancing.load;

import org.jspecify.annotations.NullMarked;
