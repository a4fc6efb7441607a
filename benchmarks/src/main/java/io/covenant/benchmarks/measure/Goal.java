package io.covenant.benchmarks.measure;

import java.util.Locale;

/// What we set out to reach, and what it came to.
///
/// @param limit the figure to reach
/// @param atMost whether less is better
public record Goal(String what, double limit, boolean atMost, double measured) {

    /// One that is reached by little.
    public static Goal atMost(double limit, String what, double measured) {
        return new Goal(what, limit, true, measured);
    }

    /// One that is reached by much.
    public static Goal atLeast(double limit, String what, double measured) {
        return new Goal(what, limit, false, measured);
    }

    /// Whether it was.
    public boolean isReached() {
        return atMost ? measured <= limit : measured >= limit;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s %s: %.2f, to be at %s %.2f",
                isReached() ? "reached" : "MISSED ",
                what,
                measured,
                atMost ? "most" : "least",
                limit);
    }
}
