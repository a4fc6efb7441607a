@NullMarked
package io.covenant.gateway.routing;

import org.jspecify.annotations.NullMarked;
