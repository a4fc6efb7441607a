/// Orders over HTTP.
@NullMarked
package io.covenant.orders.order.web;

import org.jspecify.annotations.NullMarked;
