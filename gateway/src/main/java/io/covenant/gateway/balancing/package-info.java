/// Which instance of a service gets a request, and what happens when it does not take it.
@NullMarked
package io.covenant.gateway.balancing;

import org.jspecify.annotations.NullMarked;
