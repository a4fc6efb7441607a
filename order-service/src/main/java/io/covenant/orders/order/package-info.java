/// Orders as they are: placed with everything they take, and perhaps cancelled. An order that is still being placed is
/// not here but a placement.
@NullMarked
package io.covenant.orders.order;

import org.jspecify.annotations.NullMarked;
