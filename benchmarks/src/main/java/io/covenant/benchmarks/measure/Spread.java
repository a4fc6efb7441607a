package io.covenant.benchmarks.measure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// The middle of several measurements of one thing, and how far they lie apart.
public record Spread(double median, double min, double max) {

    /// @param values at least one
    public static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Spread(medianOf(sorted), sorted[0], sorted[sorted.length - 1]);
    }

    /// How one thing compares with another that was measured beside it: the quotient within each round, so
    /// that a machine that was slow for a while was slow for both.
    ///
    /// @param values one per round
    /// @param references of the same rounds, in the same order
    public static Spread ofRatios(List<Double> values, List<Double> references) {
        if (values.size() != references.size()) {
            throw new IllegalArgumentException(
                    values.size() + " measurements cannot be paired with " + references.size());
        }
        return of(IntStream.range(0, values.size())
                .mapToObj(round -> values.get(round) / references.get(round))
                .toList());
    }

    /// In another unit.
    public Spread times(double factor) {
        return new Spread(median * factor, min * factor, max * factor);
    }

    private static double medianOf(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
    }
}
