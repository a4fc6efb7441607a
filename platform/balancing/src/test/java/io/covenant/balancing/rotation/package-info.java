@NullMarked
package io.covenant.balancing.rotation;

import org.jspecify.annotations.NullMarked;
