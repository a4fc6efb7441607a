package io.covenant.balancing.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuccessRatesTests {

    private static final OutlierRules RULES = OutlierRules.DEFAULTS;

    @Test
    void findsTheOneThatFailsMuchMoreOftenThanTheOthers() {
        assertThat(outliers(new long[] {990, 985, 700, 992, 988}, new long[] {10, 15, 300, 8, 12}))
                .containsExactly(false, false, true, false, false);
    }

    @Test
    void findsNobodyWhenAllFailAlike() {
        assertThat(outliers(new long[] {500, 505, 495, 500, 510}, new long[] {500, 495, 505, 500, 490}))
                .doesNotContain(true);
    }

    /// 2.4 standard deviations below the mean, and still good.
    @Test
    void leavesAloneWhoHardlyEverFails() {
        assertThat(outliers(
                        new long[] {1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 996}, new long[] {0, 0, 0, 0, 0, 0, 4}))
                .doesNotContain(true);
    }

    @Test
    void comparesNobodyWithFewRequests() {
        assertThat(outliers(new long[] {990, 985, 0, 992, 988, 990}, new long[] {10, 15, 99, 8, 12, 10}))
                .doesNotContain(true);
    }

    @Test
    void comparesNotWithFewerThanFive() {
        assertThat(outliers(new long[] {990, 985, 0, 992}, new long[] {10, 15, 1_000, 8}))
                .doesNotContain(true);
    }

    private static boolean[] outliers(long[] good, long[] bad) {
        double floor = SuccessRates.floor(good, bad, RULES);
        var outliers = new boolean[good.length];
        for (int i = 0; i < good.length; i++) {
            outliers[i] = SuccessRates.isOutlier(good[i], bad[i], floor, RULES);
        }
        return outliers;
    }
}
