/// Bounds: how long, how large, how many.
@NullMarked
package io.covenant.gateway.protection;

import org.jspecify.annotations.NullMarked;
