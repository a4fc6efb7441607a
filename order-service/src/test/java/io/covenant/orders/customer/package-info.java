@NullMarked
package io.covenant.orders.customer;

import org.jspecify.annotations.NullMarked;
