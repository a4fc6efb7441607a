@NullMarked
package io.covenant.orders.placement;

import org.jspecify.annotations.NullMarked;
