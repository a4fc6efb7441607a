package io.covenant.coordinator.paxos;

import io.covenant.transactions.TransactionId;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finishes what leaders have left: looks at what this acceptor holds unfinished, and leads it unless somebody says
/// that he does. Forgets what is long over.
///
/// Two coordinators that find the same at once outbid each other, which does no harm; each waits for a time of its own.
final class Janitor {

    private static final Logger LOG = LoggerFactory.getLogger(Janitor.class);

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration FORGET = Duration.ofSeconds(1);
    private static final int AT_ONCE = 200;

    private final PaxosParts parts;
    private final Leaders leaders;
    private volatile boolean stopped;

    Janitor(PaxosParts parts, Leaders leaders) {
        this.parts = parts;
        this.leaders = leaders;
    }

    void start() {
        repeat(LOOK, this::look);
        repeat(FORGET, this::forget);
    }

    void stop() {
        stopped = true;
    }

    private void repeat(Duration pause, Runnable task) {
        if (!stopped) {
            parts.later(
                    pause,
                    () -> parts.workers().execute(() -> {
                        try {
                            task.run();
                        } catch (RuntimeException e) {
                            LOG.error("looking after transactions failed in a way that nobody expected", e);
                        }
                        repeat(pause, task);
                    }));
        }
    }

    /// Looks once.
    void look() {
        parts.acceptor().flush();
        var patience = parts.settings()
                .unfinished()
                .plus(parts.jittered(parts.settings().unfinished()));
        var left = parts.acceptor().unfinishedFor(patience, Integer.MAX_VALUE).stream()
                .filter(this::isLeft)
                .limit(AT_ONCE)
                .toList();
        if (left.isEmpty()) {
            return;
        }
        Set<TransactionId> led = new HashSet<>(parts.peers().led(left));
        List<TransactionId> taken =
                left.stream().filter(id -> !led.contains(id)).toList();
        if (!taken.isEmpty()) {
            LOG.info("takes over {} transactions that nobody leads", taken.size());
            taken.forEach(leaders::takeOver);
        }
    }

    private boolean isLeft(TransactionId id) {
        return leaders.of(id) == null && !leaders.endsInAHazard(id);
    }

    /// Forgets once.
    void forget() {
        var settings = parts.settings();
        var keep = parts.acceptor().size() > settings.remembered() ? PaxosSettings.LEAST_KEPT : settings.keep();
        try {
            parts.acceptor().forgetBefore(parts.clock().instant().minus(keep).toEpochMilli());
        } catch (IOException broken) {
            LOG.error("the log of this acceptor is broken", broken);
        }
    }
}
