@NullMarked
package io.covenant.gateway.kubernetes;

import org.jspecify.annotations.NullMarked;
