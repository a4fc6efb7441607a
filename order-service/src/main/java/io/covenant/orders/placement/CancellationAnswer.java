package io.covenant.orders.placement;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.TransactionId;
import java.time.Instant;

/// What became of the wish to cancel an order: done, refused, or not known yet.
public sealed interface CancellationAnswer {

    record Cancelled(TransactionId transaction, Instant at) implements CancellationAnswer {}

    /// The order is as it was.
    record Refused(Refusal refusal) implements CancellationAnswer {}

    /// The order is as it was; the same request may be sent again.
    record Failed(Refusal refusal) implements CancellationAnswer {}

    /// The order is cancelled or will not be: look at it.
    record Pending() implements CancellationAnswer {}
}
