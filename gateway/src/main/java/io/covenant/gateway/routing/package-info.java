/// Which paths lead to which service. What is not named here does not exist outside.
@NullMarked
package io.covenant.gateway.routing;

import org.jspecify.annotations.NullMarked;
