/// Proof that try, confirm, cancel does what it says: tables, exploration, and simulation with planted bugs.
@NullMarked
package io.covenant.transactions.tcc;

import org.jspecify.annotations.NullMarked;
