package io.covenant.transactions.replay;

import io.covenant.transactions.Decision;
import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.Set;

/// A protocol's next-state relation, as far as a timeline shows it.
///
/// @param <W> all that may be so at one moment, as far as it matters for what can come; a value
interface Relation<W> {

    /// Nothing has happened.
    W start();

    /// What may come next without being recorded.
    Set<W> silently(W world);

    /// What may be so when this has been recorded; nothing when it cannot come next.
    Set<W> recording(W world, Event event);

    /// Whether clients were told this, or may be told it next.
    boolean tells(W world, Decision decision);

    /// Whether nothing is left to be done.
    boolean isOver(W world);

    /// Where the coordinator stands, for whoever reads a refusal.
    String describe(W world);
}
