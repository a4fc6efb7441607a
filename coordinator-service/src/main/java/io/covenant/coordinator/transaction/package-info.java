/// Runs transactions: [Transactions] is the door; a `Drive` brings one attempt to its end under its protocol, and
/// `TransactionDriver` is the shell around the cores that decide by the register; `TransactionStore` is the memory
/// that several coordinators share, [Participants] the way to the services.
///
/// Safety rests on the store's write-once register alone. Owners, epochs and deadlines only choose who works when.
@NullMarked
package io.covenant.coordinator.transaction;

import org.jspecify.annotations.NullMarked;
