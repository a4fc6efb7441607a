@NullMarked
package io.covenant.gateway.control.store;

import org.jspecify.annotations.NullMarked;
