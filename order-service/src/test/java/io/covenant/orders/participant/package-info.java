@NullMarked
package io.covenant.orders.participant;

import org.jspecify.annotations.NullMarked;
