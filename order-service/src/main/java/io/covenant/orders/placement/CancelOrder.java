package io.covenant.orders.placement;

import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.transactions.initiator.CoordinatorUnavailableException;
import io.covenant.transactions.initiator.Outcome;
import io.covenant.transactions.initiator.Transactions;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.idempotency.IdempotencyKey;
import java.time.Clock;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/// Cancels orders: gives stock back in inventory and credit back here, both or neither.
///
/// Nothing needs to be remembered meanwhile: however often it is tried, by whom and with what outcome, the state of the
/// order lets one of the transactions through.
@Service
public class CancelOrder {

    private final Placements placements;
    private final Transactions transactions;
    private final PlacementProperties properties;
    private final Clock clock;

    CancelOrder(Placements placements, Transactions transactions, PlacementProperties properties, Clock clock) {
        this.placements = placements;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
    }

    /// Cancels an order that exists and is not cancelled.
    ///
    /// @param asked the protocol that the client asks for; the configured one when absent
    public CancellationAnswer cancel(UUID order, @Nullable CommitProtocol asked) {
        var at = clock.instant();
        var transaction = OrderTransactions.cancelling(
                order,
                at,
                transactions
                        .named("cancel-order")
                        .protocol(asked == null ? properties.protocol() : asked)
                        .deadline(RequestDeadline.within(properties.deadline())));
        try {
            return switch (transaction.run()) {
                case Outcome.Committed(var id, var readable) ->
                    readable ? new CancellationAnswer.Cancelled(id, at) : new CancellationAnswer.Pending();
                case Outcome.Aborted(var _, var refusal, var _) ->
                    Refusals.isFinal(refusal)
                            ? new CancellationAnswer.Refused(refusal)
                            : new CancellationAnswer.Failed(refusal);
                case Outcome.InDoubt _ -> new CancellationAnswer.Pending();
            };
        } catch (CoordinatorUnavailableException _) {
            return new CancellationAnswer.Failed(Refusals.NO_COORDINATOR);
        }
    }

    /// Whether the key is for this order, now or since it was first used.
    public boolean isFor(UUID order, String customer, @Nullable IdempotencyKey key) {
        var kept = CustomersKey.of(customer, key);
        return kept == null
                || placements.cancellationOf(kept, order, clock.instant()).equals(order);
    }
}
