/// Proof that a saga ends forward or backward and never between: tables, exploration, and simulation with
/// planted bugs.
@NullMarked
package io.covenant.transactions.saga;

import org.jspecify.annotations.NullMarked;
