@NullMarked
package io.covenant.orders.order;

import org.jspecify.annotations.NullMarked;
