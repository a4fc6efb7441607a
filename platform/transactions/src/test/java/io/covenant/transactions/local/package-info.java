/// What surrounds the protocols whose branches are local transactions, TCC and sagas, in simulation: their
/// databases, the coordinators' store, clients, and fate.
@NullMarked
package io.covenant.transactions.local;

import org.jspecify.annotations.NullMarked;
