/// Customers' orders: what they are, how they are placed across services, and the branches that write them.
@NullMarked
package io.covenant.orders;

import org.jspecify.annotations.NullMarked;
