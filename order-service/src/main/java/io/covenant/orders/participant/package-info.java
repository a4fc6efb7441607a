/// What the order service does as part of a transaction: write an order, and cancel it.
@NullMarked
package io.covenant.orders.participant;

import org.jspecify.annotations.NullMarked;
