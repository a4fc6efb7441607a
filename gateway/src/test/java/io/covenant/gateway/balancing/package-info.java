@NullMarked
package io.covenant.gateway.balancing;

import org.jspecify.annotations.NullMarked;
