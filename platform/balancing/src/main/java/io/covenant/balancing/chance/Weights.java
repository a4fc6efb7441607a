package io.covenant.balancing.chance;

/// Sums and divisors of weights, in 64 bits.
public final class Weights {

    private Weights() {}

    /// @throws IllegalArgumentException when one is negative, or all are 0
    public static long total(long[] weights) {
        long total = 0;
        for (long weight : weights) {
            total = Math.addExact(total, notNegative(weight));
        }
        if (total == 0) {
            throw new IllegalArgumentException("no weight at all");
        }
        return total;
    }

    private static long notNegative(long weight) {
        if (weight < 0) {
            throw new IllegalArgumentException("a negative weight: " + weight);
        }
        return weight;
    }

    public static boolean allEqual(long[] weights) {
        for (long weight : weights) {
            if (weight != weights[0]) {
                return false;
            }
        }
        return true;
    }

    /// The same proportions in the smallest whole numbers.
    ///
    /// @throws IllegalArgumentException when one is negative, or all are 0
    public static long[] reduced(long[] weights) {
        long divisor = 0;
        for (long weight : weights) {
            divisor = greatestCommonDivisor(notNegative(weight), divisor);
        }
        if (divisor == 0) {
            throw new IllegalArgumentException("no weight at all");
        }
        var reduced = new long[weights.length];
        for (int i = 0; i < weights.length; i++) {
            reduced[i] = weights[i] / divisor;
        }
        return reduced;
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
