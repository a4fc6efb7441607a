@NullMarked
package io.covenant.gateway.edge;

import org.jspecify.annotations.NullMarked;
