/// A key's own instance: rendezvous for few instances, Maglev's table for many.
@NullMarked
package io.covenant.balancing.hashing;

import org.jspecify.annotations.NullMarked;
