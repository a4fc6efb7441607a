package io.covenant.orders.placement;

import io.covenant.transactions.initiator.TransactionDraft;
import java.time.Instant;
import java.util.UUID;

/// What the transactions of an order do, and in which order.
///
/// Where all branches wait for one decision, orders come first: of all rows, those of one customer are wanted
/// least. In a saga the order comes when its stock is taken, and goes before its stock is put back: so there never
/// is an order that has none, and nothing of an order has to be taken back.
final class OrderTransactions {

    private OrderTransactions() {}

    static TransactionDraft placing(NewOrder order, TransactionDraft draft) {
        var reservation = StockReservation.of(order);
        return switch (draft.protocol()) {
            case TWO_PHASE, THREE_PHASE, PAXOS_COMMIT, TCC ->
                draft.inTurn().branch("orders", "create", order).branch("inventory", "reserve", reservation);
            case SAGA ->
                draft.branch("inventory", "reserve", reservation)
                        .compensatedBy("reserve")
                        .branch("orders", "create", order)
                        .after("inventory")
                        .pivot();
        };
    }

    static TransactionDraft cancelling(UUID order, Instant at, TransactionDraft draft) {
        var cancellation = new OrderToCancel(order, at);
        var release = new StockRelease(order);
        return switch (draft.protocol()) {
            case TWO_PHASE, THREE_PHASE, PAXOS_COMMIT, TCC ->
                draft.inTurn().branch("orders", "cancel", cancellation).branch("inventory", "release", release);
            case SAGA ->
                draft.branch("orders", "cancel", cancellation)
                        .pivot()
                        .branch("inventory", "release", release)
                        .after("orders");
        };
    }
}
