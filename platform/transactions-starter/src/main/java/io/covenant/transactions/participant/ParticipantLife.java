package io.covenant.transactions.participant;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

/// What a participant does by itself: rehearses a branch at the start, then sweeps and purges until the end.
///
/// A database that cannot hold branches ends the start-up with the fix. One that does not answer is asked again in the
/// background; until it has, the service is not ready.
final class ParticipantLife implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ParticipantLife.class);
    private static final Duration PURGE_INTERVAL = Duration.ofHours(1);
    private static final Duration REHEARSE_AGAIN_AFTER = Duration.ofMillis(500);

    private final Rehearsal rehearsal;
    private final BranchSweep sweep;
    private final BranchPurge purge;
    private final ParticipantProperties.Sweep properties;
    private final BranchMetrics metrics;
    private final ApplicationEventPublisher events;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private volatile boolean running;
    private volatile boolean rehearsed;
    private volatile boolean wantedReady;

    ParticipantLife(
            Rehearsal rehearsal,
            BranchSweep sweep,
            BranchPurge purge,
            ParticipantProperties.Sweep properties,
            BranchMetrics metrics,
            ApplicationEventPublisher events) {
        this.rehearsal = rehearsal;
        this.sweep = sweep;
        this.purge = purge;
        this.properties = properties;
        this.metrics = metrics;
        this.events = events;
    }

    /// Whether a branch was prepared and rolled back for real since the start.
    boolean rehearsed() {
        return rehearsed;
    }

    @Override
    public void start() {
        running = true;
        if (!rehearse()) {
            launch("rehearsal", this::rehearseUntilDone);
        }
        if (properties.enabled()) {
            launch("sweep", () -> repeat("sweep", properties.interval(), sweep::sweep));
        }
        launch("purge", () -> repeat("purge", PURGE_INTERVAL, purge::purge));
    }

    /// @return whether the database answered
    private boolean rehearse() {
        try {
            metrics.slots(rehearsal.run());
            rehearsed = true;
            return true;
        } catch (SQLException e) {
            LOG.warn("no branch can be rehearsed yet: {}", e.getMessage());
            return false;
        }
    }

    private void rehearseUntilDone() {
        while (running && pause(REHEARSE_AGAIN_AFTER.toMillis())) {
            try {
                if (rehearse()) {
                    LOG.info("a branch was rehearsed; the service is ready for transactions");
                    if (wantedReady) {
                        AvailabilityChangeEvent.publish(events, this, ReadinessState.ACCEPTING_TRAFFIC);
                    }
                    return;
                }
            } catch (ParticipantMisconfiguredException e) {
                LOG.error("the service cannot take part in transactions: {}", e.getMessage());
            }
        }
    }

    /// Boot calls a service ready when it has started; this one is not before the rehearsal.
    @EventListener
    void onReadiness(AvailabilityChangeEvent<ReadinessState> event) {
        if (event.getSource() == this) {
            return;
        }
        wantedReady = event.getState() == ReadinessState.ACCEPTING_TRAFFIC;
        if (wantedReady && !rehearsed) {
            AvailabilityChangeEvent.publish(events, this, ReadinessState.REFUSING_TRAFFIC);
        }
    }

    private void repeat(String name, Duration interval, Runnable task) {
        while (running && pause(giveOrTakeAFifth(interval.toMillis()))) {
            try {
                task.run();
            } catch (RuntimeException e) {
                if (running) {
                    LOG.warn("the {} of branches failed: {}", name, e.toString());
                }
            }
        }
    }

    /// So that instances which started together do not stay in step.
    private static long giveOrTakeAFifth(long millis) {
        return millis + ThreadLocalRandom.current().nextLong(-millis / 5, millis / 5 + 1);
    }

    private void launch(String name, Runnable task) {
        threads.add(Thread.ofPlatform().daemon().name("participant-" + name).start(task));
    }

    /// @return whether it was not interrupted
    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void stop() {
        running = false;
        threads.forEach(Thread::interrupt);
        threads.clear();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /// Before the web server starts to listen.
    @Override
    public int getPhase() {
        return 0;
    }
}
