package io.covenant.transactions.participant.local;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// What the participant of local branches does by itself: sweeps, posts reports, purges.
final class LocalLife implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(LocalLife.class);
    private static final Duration PURGE_INTERVAL = Duration.ofHours(1);

    private final Runnable sweep;
    private final Runnable post;
    private final Runnable purge;
    private final Duration interval;
    private final boolean sweeping;
    private volatile @Nullable ScheduledExecutorService threads;

    /// @param interval of sweeps and posts
    /// @param sweeping whether to sweep at all
    LocalLife(Runnable sweep, Runnable post, Runnable purge, Duration interval, boolean sweeping) {
        this.sweep = sweep;
        this.post = post;
        this.purge = purge;
        this.interval = interval;
        this.sweeping = sweeping;
    }

    @Override
    public void start() {
        var starting = Executors.newScheduledThreadPool(
                3, Thread.ofPlatform().daemon().name("local-branches-", 0).factory());
        if (sweeping) {
            repeat(starting, "sweep of reservations", sweep, interval);
        }
        repeat(starting, "post of reports", post, interval);
        repeat(starting, "purge of local branches", purge, PURGE_INTERVAL);
        threads = starting;
    }

    private void repeat(ScheduledExecutorService threads, String name, Runnable chore, Duration interval) {
        var _ = threads.scheduleWithFixedDelay(
                () -> {
                    try {
                        chore.run();
                    } catch (RuntimeException e) {
                        if (isRunning()) {
                            LOG.warn("the {} failed: {}", name, e.toString());
                        }
                    }
                },
                interval.toMillis(),
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /// Posts without waiting for the next time.
    void postSoon() {
        var running = threads;
        if (running != null) {
            running.execute(() -> {
                try {
                    post.run();
                } catch (RuntimeException e) {
                    LOG.debug("posted later", e);
                }
            });
        }
    }

    @Override
    public void stop() {
        var stopping = threads;
        threads = null;
        if (stopping != null) {
            stopping.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return threads != null;
    }

    /// Before the web server starts to listen.
    @Override
    public int getPhase() {
        return 0;
    }
}
