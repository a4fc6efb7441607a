package io.covenant.balancing.outlier;

import java.time.Duration;

/// When an instance is ejected and for how long. Envoy's rules, with one of our own for those that go
/// silent.
///
/// Source: Envoy, "Outlier detection" (architecture overview) and `cluster.OutlierDetection` (API
/// reference).
///
/// @param gatewayErrors  so many in a row that say "I cannot be reached": refused, reset, timed out,
///                       502, 503, 504; 0 for never
/// @param serverErrors   so many in a row of any kind of failure, 500 included; 0 for never
/// @param silence        for so long nothing answered while requests wait; zero for never, as where
///                       requests are long polls
/// @param silenceWaiting so many have to wait before silence counts
/// @param interval       how often success rates are compared
/// @param rateVolume     instances with fewer requests in an interval are not compared
/// @param rateInstances  with fewer to compare, nobody is
/// @param rateDeviations how many standard deviations below the mean is too far
/// @param rateGap        and how much too low at least: among instances that hardly ever fail, a handful
///                       of failures is many deviations
/// @param baseTime       the first ejection lasts so long, the second twice, and so on; forgotten one by
///                       one as time passes without another
/// @param longestTime    but never longer than this
/// @param largestShare   of the instances at most this share is ejected, but always one of several
/// @param panicShare     with a smaller share of instances available, all are used: those that are left
///                       would only be crushed; 0 for never
public record OutlierRules(
        int gatewayErrors,
        int serverErrors,
        Duration silence,
        int silenceWaiting,
        Duration interval,
        int rateVolume,
        int rateInstances,
        double rateDeviations,
        double rateGap,
        Duration baseTime,
        Duration longestTime,
        double largestShare,
        double panicShare) {

    public static final OutlierRules DEFAULTS = new OutlierRules(
            5,
            10,
            Duration.ofSeconds(1),
            5,
            Duration.ofSeconds(10),
            100,
            5,
            1.9,
            0.05,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            0.5,
            0.5);

    /// Nobody is ever ejected.
    public static final OutlierRules NONE = new OutlierRules(
            0,
            0,
            Duration.ZERO,
            1,
            Duration.ofSeconds(10),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            1.9,
            0.05,
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            0,
            0.5);

    public OutlierRules {
        if (gatewayErrors < 0 || serverErrors < 0 || silence.isNegative() || silenceWaiting < 1) {
            throw new IllegalArgumentException("a threshold must not be negative");
        }
        if (!interval.isPositive() || !baseTime.isPositive() || longestTime.compareTo(baseTime) < 0) {
            throw new IllegalArgumentException("interval and base time last, and the longest time is no shorter");
        }
        if (!isShare(largestShare) || !isShare(panicShare)) {
            throw new IllegalArgumentException("a share is from 0 to 1");
        }
    }

    private static boolean isShare(double share) {
        return share >= 0 && share <= 1;
    }

    /// How many of so many instances may be ejected at once: never the only one.
    public int mostEjected(int instances) {
        return instances < 2 || largestShare == 0 ? 0 : Math.max(1, (int) (largestShare * instances));
    }

    /// Whether too few are available to send them everything.
    public boolean panics(int available, int instances) {
        return available < panicShare * instances;
    }

    long ejectionNanos(int times) {
        long base = baseTime.toNanos();
        long longest = longestTime.toNanos();
        return times > longest / base ? longest : base * times;
    }
}
