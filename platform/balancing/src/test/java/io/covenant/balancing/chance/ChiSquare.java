package io.covenant.balancing.chance;

import static org.assertj.core.api.Assertions.assertThat;

/// Pearson's test whether counts agree with weights.
public final class ChiSquare {

    /// The standard normal distribution's point with 0.001 above it.
    private static final double ONE_IN_A_THOUSAND = 3.0902;

    private ChiSquare() {}

    public static void assertFits(long[] counts, long[] weights) {
        assertThat(statistic(counts, weights)).isLessThan(critical(counts.length - 1));
    }

    static double statistic(long[] counts, long[] weights) {
        double drawn = 0;
        double total = Weights.total(weights);
        for (long count : counts) {
            drawn += count;
        }
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            double due = drawn * weights[i] / total;
            sum += due == 0 ? 0 : (counts[i] - due) * (counts[i] - due) / due;
        }
        return sum;
    }

    /// By Wilson and Hilferty's approximation.
    static double critical(int degrees) {
        double spread = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - spread + ONE_IN_A_THOUSAND * Math.sqrt(spread), 3);
    }
}
