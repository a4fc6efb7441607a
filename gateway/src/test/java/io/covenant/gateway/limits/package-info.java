@NullMarked
package io.covenant.gateway.limits;

import org.jspecify.annotations.NullMarked;
