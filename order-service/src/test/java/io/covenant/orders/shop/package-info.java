/// Whole orders, through all services of the shop.
@NullMarked
package io.covenant.orders.shop;

import org.jspecify.annotations.NullMarked;
