package io.covenant.orders.placement;

import io.covenant.locks.spring.jobs.Leadership;
import io.covenant.locks.spring.jobs.Leaderships;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// Settles pending placements that nobody asks for, and forgets old ones.
///
/// Every instance settles: each claims rows that no other one works on, and whoever waits for an answer must not wait
/// for an election. One instance forgets for all: several would look through the same rows, and wait for each other's
/// deletes.
@Component
class SettlementSchedule {

    private static final Logger log = LoggerFactory.getLogger(SettlementSchedule.class);

    private static final int BATCH = 1_000;

    private static final int ASKED_AT_ONCE = 50;

    private final Placements placements;
    private final Settlement settlement;
    private final PlacementProperties properties;
    private final Clock clock;
    private final Leadership forgetting;

    SettlementSchedule(
            Placements placements,
            Settlement settlement,
            PlacementProperties properties,
            Clock clock,
            Leaderships leaderships) {
        this.placements = placements;
        this.settlement = settlement;
        this.properties = properties;
        this.clock = clock;
        this.forgetting = leaderships.of("orders/forget");
    }

    @Scheduled(
            initialDelayString = "${covenant.orders.placement.settle-every:1s}",
            fixedDelayString = "${covenant.orders.placement.settle-every:1s}")
    void settleOverdue() {
        try {
            while (placements.confirmVisible(BATCH) == BATCH) {
                // There are more.
            }
            var now = clock.instant();
            placements
                    .takeOverdue(now, now.plus(properties.settleAfter()), ASKED_AT_ONCE)
                    .forEach(settlement::settle);
        } catch (RuntimeException e) {
            log.warn("pending placements stay pending for now: {}", e.toString());
        }
    }

    @Scheduled(initialDelayString = "PT1M", fixedDelayString = "PT1M")
    void forgetOld() {
        if (!isMine(forgetting)) {
            return;
        }
        try {
            var before = clock.instant().minus(properties.retention());
            while (placements.forget(smallestIdAt(before), BATCH) == BATCH) {
                // There are more.
            }
            placements.forgetCancellations(before);
        } catch (RuntimeException e) {
            log.warn("old placements are kept for now: {}", e.toString());
        }
    }

    /// While nobody can tell whose it is, old rows stay for a while longer, which costs nothing but their room.
    private static boolean isMine(Leadership leadership) {
        return switch (leadership.standing()) {
            case LEADS, UNGUARDED -> true;
            case FOLLOWS, UNKNOWN -> false;
        };
    }

    /// A UUID of version 7 begins with the milliseconds of its making.
    static UUID smallestIdAt(Instant instant) {
        return new UUID(instant.toEpochMilli() << 16 | 0x7000, 0x8000_0000_0000_0000L);
    }
}
