@NullMarked
package io.covenant.gateway.control;

import org.jspecify.annotations.NullMarked;
