@NullMarked
package io.covenant.gateway.streams;

import org.jspecify.annotations.NullMarked;
