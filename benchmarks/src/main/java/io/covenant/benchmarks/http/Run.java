package io.covenant.benchmarks.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One run: which line asks when, and what is counted. It knows no clock and no network; for one thread.
///
/// A latency counts from when the request was meant to go out. A request for which there was no free line in time has
/// waited as its user would have; from when it was sent, a stall would count for the few that it met under way and not
/// for the many that it kept from being sent (*coordinated omission*).
final class Run {

    /// A connection that carries one request at a time.
    abstract static class Line {

        private long meant;

        /// Sends the request.
        abstract void ask();
    }

    private static final long OVER = Long.MIN_VALUE;
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Pace pace;
    private final long begun;
    private final LongConsumer alarm;
    /// The one that rested longest goes first, so that all of them work.
    private final Deque<Line> free = new ArrayDeque<>();

    private final Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
    private long sent;
    private long underWay;
    private long good;
    private long bad;
    private long lastAnswer;
    private boolean alarmed;
    private @Nullable String failure;

    /// @param begun on the clock of all other times
    /// @param alarm is told when [#woken] is to be called
    Run(Pace pace, long begun, LongConsumer alarm) {
        this.pace = pace;
        this.begun = begun;
        this.alarm = alarm;
        this.lastAnswer = begun;
    }

    /// A line has nothing to do.
    void free(Line line, long now) {
        free.addLast(line);
        send(now);
    }

    /// The time that the alarm was set to has come.
    void woken(long now) {
        alarmed = false;
        send(now);
    }

    void answered(Line line, int status, long now) {
        underWay--;
        lastAnswer = now;
        if (status == 200) {
            good++;
            latencies.recordValue(Math.max(0, now - line.meant) / 1_000);
        } else {
            bad("answered with status " + status);
        }
        free(line, now);
    }

    /// A line broke while it was asking, and is not used again.
    void broke(String why, long now) {
        underWay--;
        lastAnswer = now;
        bad(why);
    }

    /// A line broke that had nothing to do.
    void gone(Line line) {
        free.remove(line);
    }

    private void bad(String why) {
        bad++;
        failure = failure == null ? why : failure;
    }

    private void send(long now) {
        while (!free.isEmpty()) {
            long next = next(now);
            if (next == OVER) {
                return;
            }
            if (next > now) {
                wakeAt(next);
                return;
            }
            Line line = free.removeFirst();
            line.meant = next;
            sent++;
            underWay++;
            line.ask();
        }
    }

    /// When the next request is meant to go out.
    private long next(long now) {
        return switch (pace) {
            case Pace.Closed(var time) -> now - begun < time.toNanos() ? now : OVER;
            case Pace.Open open -> sent < open.requests() ? begun + open.nanosOf(sent) : OVER;
        };
    }

    private void wakeAt(long time) {
        if (!alarmed) {
            alarmed = true;
            alarm.accept(time);
        }
    }

    boolean isOver(long now) {
        return underWay == 0 && next(now) == OVER;
    }

    /// Whatever was not answered is bad.
    Answers answers() {
        long unsent = pace instanceof Pace.Open open ? open.requests() - sent : 0;
        long lost = underWay + unsent;
        return new Answers(
                good,
                bad + lost,
                Duration.ofNanos(Math.max(1, lastAnswer - begun)),
                latencies,
                Optional.ofNullable(failure == null && lost > 0 ? lost + " were never answered" : failure));
    }
}
