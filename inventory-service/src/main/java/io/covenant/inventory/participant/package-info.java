/// What inventory does as part of a transaction: take stock for an order, and give it back.
@NullMarked
package io.covenant.inventory.participant;

import org.jspecify.annotations.NullMarked;
