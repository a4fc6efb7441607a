package io.covenant.orders.placement;

import io.covenant.orders.placement.Placement.State;
import io.covenant.transactions.initiator.Outcome;
import io.covenant.transactions.initiator.Transactions;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/// Finds out what became of placements that were left pending: by a crash, or by an outcome that nobody could tell in
/// time.
@Component
class Settlement {

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);

    private final Placements placements;
    private final Transactions transactions;
    private final Clock clock;

    Settlement(Placements placements, Transactions transactions, Clock clock) {
        this.placements = placements;
        this.transactions = transactions;
        this.clock = clock;
    }

    /// The placement as far as it can be known now. While somebody may still be at work on it, nobody is asked: to ask
    /// for a transaction that no coordinator has heard of would abort it.
    Placement settleIfDue(Placement placement) {
        return placement.state() == State.PENDING && !clock.instant().isBefore(placement.lookAt())
                ? settle(placement)
                : placement;
    }

    /// Asks the coordinators what became of the transaction, and writes it down.
    Placement settle(Placement placement) {
        switch (transactions.outcomeOf(placement.transaction(), placement.protocol())) {
            case Outcome.Aborted(var id, var refusal, var _) -> {
                log.info("order {} is rejected: transaction {} aborted: {}", placement.order(), id, refusal.code());
                placements.reject(placement, refusal);
            }
            case Outcome.Committed _ -> placements.confirm(placement);
            case Outcome.InDoubt _ -> {}
        }
        return placements.find(placement.order()).orElse(placement);
    }
}
