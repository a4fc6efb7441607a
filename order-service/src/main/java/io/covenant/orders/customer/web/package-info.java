/// Customers over HTTP.
@NullMarked
package io.covenant.orders.customer.web;

import org.jspecify.annotations.NullMarked;
