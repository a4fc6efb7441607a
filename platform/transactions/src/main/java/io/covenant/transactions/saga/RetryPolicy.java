package io.covenant.transactions.saga;

import java.time.Duration;

/// How often and when a step, or its compensation, is tried again.
///
/// @param attempts how often in all; [#FOR_EVER] without limit
/// @param first    the delay after the first failure; it doubles with each
/// @param most     the longest delay
/// @param within   how long the step may take in all, reports included
public record RetryPolicy(int attempts, Duration first, Duration most, Duration within) {

    public static final int FOR_EVER = Integer.MAX_VALUE;

    /// A delay to be drawn evenly from between the two, so that those who failed together do not come back
    /// together.
    public record Backoff(Duration least, Duration most) {}

    public RetryPolicy {
        if (attempts < 1 || !first.isPositive() || most.compareTo(first) < 0 || !within.isPositive()) {
            throw new IllegalArgumentException(
                    "a step is tried at least once, with delays and a time that are positive: %d, %s to %s, within %s"
                            .formatted(attempts, first, most, within));
        }
    }

    /// Five attempts, from a tenth of a second to five seconds apart, within half a minute.
    public static RetryPolicy standard() {
        return new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    public RetryPolicy attempting(int times) {
        return new RetryPolicy(times, first, most, within);
    }

    boolean isExhaustedBy(int tries) {
        return tries >= attempts;
    }

    /// @param tries how many there have been
    Backoff after(int tries) {
        var doublings = Math.min(Math.max(tries - 1, 0), 30);
        var delay = first.multipliedBy(1L << doublings);
        var longest = delay.compareTo(most) < 0 ? delay : most;
        return new Backoff(longest.dividedBy(2), longest);
    }
}
