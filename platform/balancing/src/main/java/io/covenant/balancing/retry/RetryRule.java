package io.covenant.balancing.retry;

import java.time.Duration;

/// Whether a request that failed may be tried once more, and after how long.
///
/// - never after the first byte of an answer;
/// - what was not sent, always; what may have been done, only when doing it twice does no harm: a safe
///   or idempotent method, or a key by which the service knows the request again;
/// - not beyond the number of tries, the deadline, or the [RetryBudget].
///
/// @param mostTries  the first one included
/// @param firstPause of a random length up to this, doubled from retry to retry
public record RetryRule(int mostTries, Duration firstPause, Duration longestPause) {

    public static final RetryRule DEFAULTS = new RetryRule(3, Duration.ofMillis(5), Duration.ofMillis(250));

    public RetryRule {
        if (mostTries < 1 || firstPause.isNegative() || longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException("at least one try, and pauses that grow");
        }
    }

    /// What to do.
    public sealed interface Verdict {

        /// Try another instance after this pause.
        record Again(Duration pause) implements Verdict {}

        /// Answer the failure.
        record Enough(String because) implements Verdict {}
    }

    /// @param tries      that failed so far
    /// @param repeatable whether doing it twice does no harm
    /// @param timeLeft   until the deadline
    /// @param lot        from 0 to below 1, drawn for the pause
    public Verdict after(
            int tries,
            Progress progress,
            boolean repeatable,
            Duration timeLeft,
            double lot,
            RetryBudget budget,
            long now) {
        if (progress == Progress.ANSWER_BEGUN) {
            return new Verdict.Enough("part of the answer was sent already");
        }
        if (progress == Progress.SENT && !repeatable) {
            return new Verdict.Enough("it may have been done, and must not be done twice");
        }
        if (tries >= mostTries) {
            return new Verdict.Enough("tried " + tries + " times");
        }
        var pause = pause(tries, lot);
        if (pause.compareTo(timeLeft) >= 0) {
            return new Verdict.Enough("no time is left");
        }
        return budget.tryRetry(now) ? new Verdict.Again(pause) : new Verdict.Enough("the retry budget is spent");
    }

    private Duration pause(int tries, double lot) {
        long bound = Math.min(longestPause.toNanos(), firstPause.toNanos() << Math.min(tries - 1, 20));
        return Duration.ofNanos((long) (lot * bound));
    }
}
