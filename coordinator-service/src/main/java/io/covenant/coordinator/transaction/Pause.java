package io.covenant.coordinator.transaction;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How long a service that does not answer is left alone.
///
/// Confined to its owner's lock, except that [#over] is called without it.
final class Pause {

    private final Backoff backoff;
    private final ScheduledExecutorService timers;
    private final Runnable over;

    private long endsAt;
    /// `null` while there is no pause.
    private @Nullable Future<?> timer;

    /// @param over is called on a timer's thread when a pause's time is over; not when it was cut short
    Pause(Backoff backoff, ScheduledExecutorService timers, Runnable over) {
        this.backoff = backoff;
        this.timers = timers;
        this.over = over;
    }

    /// Whether the service is to be left alone.
    boolean isOn() {
        return timer != null && endsAt - System.nanoTime() > 0;
    }

    /// Begins, unless it has begun already.
    ///
    /// @param tries that failed in a row, from 1
    void begin(int tries) {
        if (isOn()) {
            return;
        }
        var length = backoff.after(tries);
        endsAt = System.nanoTime() + length.toNanos();
        timer = timers.schedule(over, length.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Cuts the pause short, if there is one.
    void end() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /// What is left of it.
    Optional<Duration> left() {
        var left = Duration.ofNanos(endsAt - System.nanoTime());
        return timer != null && left.isPositive() ? Optional.of(left) : Optional.empty();
    }
}
