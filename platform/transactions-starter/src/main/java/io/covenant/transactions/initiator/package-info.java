/// Runs transactions: what happens in several services either happens in all of them or in none.
@NullMarked
package io.covenant.transactions.initiator;

import org.jspecify.annotations.NullMarked;
