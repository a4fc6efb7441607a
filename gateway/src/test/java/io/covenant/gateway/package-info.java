@NullMarked
package io.covenant.gateway;

import org.jspecify.annotations.NullMarked;
