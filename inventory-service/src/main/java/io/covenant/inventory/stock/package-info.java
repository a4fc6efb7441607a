/// Items, what is on hand of each, and the movements that explain it.
///
/// The one rule: what is on hand changes by [StockLedger] only, together with the movement that says why.
@NullMarked
package io.covenant.inventory.stock;

import org.jspecify.annotations.NullMarked;
