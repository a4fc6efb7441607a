/// Holds what running coordinators have recorded against the protocols' next-state relation.
///
/// The relation is that of the cores, which are explored whole and simulated; what a coordinator records is its
/// [timeline][io.covenant.transactions.wire.TransactionResource.Event], which its shell writes: what it sent, what it
/// heard, what it decided. A timeline does not show all. So a replay follows every way in which what is not shown may
/// have happened, and refuses the first event to which none of them leads.
@NullMarked
package io.covenant.transactions.replay;

import org.jspecify.annotations.NullMarked;
