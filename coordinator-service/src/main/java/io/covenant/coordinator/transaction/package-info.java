/// Runs transactions: [Transactions] is the door, `TransactionDriver` the shell around the protocol's core,
/// `TransactionStore` the memory that several coordinators share, [Participants] the way to the services.
///
/// Safety rests on the store's write-once register alone. Owners, epochs and deadlines only choose who works when.
@NullMarked
package io.covenant.coordinator.transaction;

import org.jspecify.annotations.NullMarked;
