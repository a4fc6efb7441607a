package io.covenant.balancing.outlier;

/// Compares how often instances succeeded in the last interval.
///
/// Too low is what lies below `mean - deviations * standard deviation`, and by the gap at least; a
/// single bad one among `n` equal ones is `sqrt(n - 1)` deviations away, which is why fewer than five
/// are never compared at 1.9.
public final class SuccessRates {

    private SuccessRates() {}

    /// The rate below which an instance is an outlier; 0 when there are too few to compare.
    public static double floor(long[] good, long[] bad, OutlierRules rules) {
        int compared = 0;
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < good.length; i++) {
            if (isCompared(good[i], bad[i], rules)) {
                double rate = rate(good[i], bad[i]);
                compared++;
                sum += rate;
                squares += rate * rate;
            }
        }
        if (compared < rules.rateInstances()) {
            return 0;
        }
        double mean = sum / compared;
        double variance = Math.max(0, squares / compared - mean * mean);
        return mean - Math.max(rules.rateDeviations() * Math.sqrt(variance), rules.rateGap());
    }

    /// Whether this one is below the floor.
    public static boolean isOutlier(long good, long bad, double floor, OutlierRules rules) {
        return isCompared(good, bad, rules) && rate(good, bad) < floor;
    }

    private static boolean isCompared(long good, long bad, OutlierRules rules) {
        return good + bad >= Math.max(1, rules.rateVolume());
    }

    private static double rate(long good, long bad) {
        return (double) good / (good + bad);
    }
}
