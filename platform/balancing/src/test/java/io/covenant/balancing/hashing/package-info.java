@NullMarked
package io.covenant.balancing.hashing;

import org.jspecify.annotations.NullMarked;
