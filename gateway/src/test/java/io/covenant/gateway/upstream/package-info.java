@NullMarked
package io.covenant.gateway.upstream;

import org.jspecify.annotations.NullMarked;
