package io.covenant.orders.placement;

import io.covenant.orders.placement.Quotes.QuoteAnswer;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.initiator.CommitProtocol;
import io.covenant.transactions.initiator.CoordinatorUnavailableException;
import io.covenant.transactions.initiator.Outcome;
import io.covenant.transactions.initiator.TransactionIds;
import io.covenant.transactions.initiator.Transactions;
import io.covenant.web.deadline.RequestDeadline;
import io.covenant.web.idempotency.IdempotencyKey;
import io.covenant.web.idempotency.RequestHash;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.stereotype.Service;

/// Places orders: takes stock in inventory and writes the order here, both or neither; one at a time for each customer
/// who has a credit limit.
@Service
public class PlaceOrder {

    private static final Logger log = LoggerFactory.getLogger(PlaceOrder.class);

    private static final Refusal IN_PROGRESS =
            Refusal.of("request-in-progress", "Another request with this key is being worked on.");

    private static final Refusal NO_PRICES =
            Refusal.of("inventory-unavailable", "Inventory does not tell prices; nothing was begun. Try again.");

    private final Placements placements;
    private final Settlement settlement;
    private final Quotes quotes;
    private final CustomerTurns turns;
    private final Transactions transactions;
    private final RequestHash hash;
    private final PlacementProperties properties;
    private final Clock clock;

    PlaceOrder(
            Placements placements,
            Settlement settlement,
            Quotes quotes,
            CustomerTurns turns,
            Transactions transactions,
            RequestHash hash,
            PlacementProperties properties,
            Clock clock) {
        this.placements = placements;
        this.settlement = settlement;
        this.quotes = quotes;
        this.turns = turns;
        this.transactions = transactions;
        this.hash = hash;
        this.properties = properties;
        this.clock = clock;
    }

    /// Places an order, once for each key. If the price or the kind of customer changes on the way, once more.
    ///
    /// @param asked the protocol that the client asks for, which is then part of the request; the configured one
    ///              when absent
    public PlacementAnswer place(OrderRequest request, @Nullable IdempotencyKey key, @Nullable CommitProtocol asked) {
        var wanted = new Wanted(request, asked == null ? properties.protocol() : asked);
        var placement = begin(request, key, asked, wanted.protocol());
        if (placements.claim(placement) || key == null) {
            return run(placement, wanted);
        }
        var earlier = placements.findByKey(placement.idempotencyKey().orElseThrow());
        return earlier.isPresent() ? again(earlier.get(), placement, wanted) : onceMore(placement, wanted);
    }

    /// What a customer wants, and how it is to be committed.
    private record Wanted(OrderRequest request, CommitProtocol protocol) {}

    /// A request that says how it is to be committed: under one key, another one than if it had not.
    private record Asked(OrderRequest request, CommitProtocol protocol) {}

    /// What became of an attempt to place this order; the order itself, where there is one, knows better.
    public Optional<Placement> find(UUID order) {
        return placements.find(order).map(settlement::settleIfDue);
    }

    private Placement begin(
            OrderRequest request,
            @Nullable IdempotencyKey key,
            @Nullable CommitProtocol asked,
            CommitProtocol protocol) {
        var now = clock.instant();
        return Placement.begun(
                TransactionIds.next(),
                protocol,
                CustomersKey.of(request.customer(), key),
                key == null ? null : hash.of(asked == null ? request : new Asked(request, asked)),
                request.customer(),
                now,
                now.plus(properties.settleAfter()));
    }

    /// The key was used before: the same request gets the same answer.
    private PlacementAnswer again(Placement earlier, Placement placement, Wanted wanted) {
        if (!earlier.requestHash().equals(placement.requestHash())) {
            return new PlacementAnswer.KeyReused();
        }
        var settled = settlement.settleIfDue(earlier);
        return switch (settled.state()) {
            case PENDING -> new PlacementAnswer.Pending(settled);
            case CONFIRMED -> new PlacementAnswer.ConfirmedBefore(settled.order());
            case REJECTED -> {
                var refusal = settled.refusal().orElseThrow();
                yield Refusals.isFinal(refusal)
                        ? new PlacementAnswer.Refused(refusal, settled.transaction())
                        : onceMore(placement, wanted);
            }
        };
    }

    /// The earlier attempt came to nothing and has given the key back.
    private PlacementAnswer onceMore(Placement placement, Wanted wanted) {
        if (placements.claim(placement)) {
            return run(placement, wanted);
        }
        return placements
                .findByKey(placement.idempotencyKey().orElseThrow())
                .<PlacementAnswer>map(PlacementAnswer.Pending::new)
                .orElseGet(() -> new PlacementAnswer.Failed(IN_PROGRESS));
    }

    private PlacementAnswer run(Placement placement, Wanted wanted) {
        var answer = attempt(placement, wanted);
        if (answer instanceof PlacementAnswer.Failed(var refusal, var _) && Refusals.isOutdated(refusal)) {
            var next = placement.under(TransactionIds.next());
            if (placements.goOn(placement, next.transaction(), clock.instant().plus(properties.settleAfter()))) {
                log.info(
                        "order {} goes on under transaction {}: {}",
                        next.order(),
                        next.transaction(),
                        refusal.detail());
                return writtenDown(next, attempt(next, wanted));
            }
        }
        return writtenDown(placement, answer);
    }

    private PlacementAnswer attempt(Placement placement, Wanted wanted) {
        var request = wanted.request();
        return switch (quotes.of(request.skus())) {
            case QuoteAnswer.Unavailable() -> new PlacementAnswer.Failed(NO_PRICES);
            case QuoteAnswer.Quoted(var prices) ->
                request.skus().stream()
                        .filter(sku -> !prices.containsKey(sku))
                        .findFirst()
                        .<PlacementAnswer>map(
                                sku -> new PlacementAnswer.Refused(Refusals.unknownSku(sku), placement.transaction()))
                        .orElseGet(() -> inTurn(placement, NewOrder.of(placement, request, prices), wanted.protocol()));
        };
    }

    private PlacementAnswer inTurn(Placement placement, NewOrder order, CommitProtocol protocol) {
        return switch (turns.take(order.customer())) {
            case CustomerTurn.Free() -> transact(placement, order, protocol);
            case CustomerTurn.Held held -> {
                try (held) {
                    yield transact(placement, order.under(held.lease()), protocol);
                }
            }
            case CustomerTurn.NotNow(var refusal) -> new PlacementAnswer.Failed(refusal);
        };
    }

    private PlacementAnswer transact(Placement placement, NewOrder order, CommitProtocol protocol) {
        var transaction = OrderTransactions.placing(
                order,
                transactions
                        .named("place-order")
                        .id(placement.transaction())
                        .protocol(protocol)
                        .deadline(RequestDeadline.within(properties.deadline())));
        try (var _ = MDC.putCloseable("transaction", placement.transaction().toString())) {
            return switch (transaction.run()) {
                case Outcome.Committed(var id, var readable) -> {
                    log.debug("order {} is confirmed", placement.order());
                    if (!readable) {
                        placements.confirm(placement);
                    }
                    yield new PlacementAnswer.Confirmed(order, id);
                }
                case Outcome.Aborted(var _, var refusal, var _) -> refused(placement, refusal);
                case Outcome.InDoubt _ -> new PlacementAnswer.Pending(placement);
            };
        } catch (CoordinatorUnavailableException e) {
            log.warn("order {} is not placed: {}", placement.order(), String.valueOf(e.getCause()));
            return new PlacementAnswer.Failed(Refusals.NO_COORDINATOR);
        }
    }

    private PlacementAnswer refused(Placement placement, Refusal refusal) {
        if (Refusals.isDuplicateOrder(refusal)) {
            // A placement for this key was lost together with what the database had not yet forced; the order was not.
            var order = placement.idempotencyKey().flatMap(placements::orderOfKey);
            if (order.isPresent()) {
                return new PlacementAnswer.ConfirmedBefore(order.get());
            }
        }
        return Refusals.isFinal(refusal)
                ? new PlacementAnswer.Refused(refusal, placement.transaction())
                : new PlacementAnswer.Failed(refusal, placement.transaction());
    }

    /// Nothing is answered that a crash could take back. A confirmed order proves itself.
    private PlacementAnswer writtenDown(Placement placement, PlacementAnswer answer) {
        switch (answer) {
            case PlacementAnswer.Confirmed _, PlacementAnswer.KeyReused _ -> {}
            case PlacementAnswer.ConfirmedBefore _ -> placements.reject(placement, Refusals.DUPLICATE_ORDER);
            case PlacementAnswer.Refused(var refusal, var _) -> placements.reject(placement, refusal);
            case PlacementAnswer.Failed(var refusal, var _) -> placements.reject(placement, refusal);
            case PlacementAnswer.Pending _ -> placements.keepPending(placement, clock.instant());
        }
        return answer;
    }
}
