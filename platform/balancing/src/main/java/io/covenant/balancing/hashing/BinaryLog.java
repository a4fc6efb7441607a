package io.covenant.balancing.hashing;

/// The logarithm to base 2 from a table, with lines between its 1,025 points: continuous and rising,
/// wrong by less than 2e-7, and ten times faster than [Math#log]. Built by [StrictMath], so every
/// machine has the same table.
final class BinaryLog {

    private static final int INDEX_BITS = 10;
    private static final int REST_BITS = 63 - INDEX_BITS;
    private static final double REST_UNIT = 1.0 / (1L << REST_BITS);
    private static final double[] TABLE = table();

    /// `-log2(u)` is at least `(1 - u) * log2(e)`; a millionth less, and a few units, for what rounding takes away.
    private static final double SLOPE = 0x1.0p-53 * (1 - 1e-6) / StrictMath.log(2);

    private static final long ALMOST_ONE = (1L << 53) - 16;

    private BinaryLog() {}

    /// How far a fraction is below 1: `-log2(u)`, where `u` is what the 53 high bits mean as a number
    /// between 0 and 1.
    static double below1(long bits) {
        long fraction = (bits >>> 11) | 1;
        int zeros = Long.numberOfLeadingZeros(fraction);
        long mantissa = fraction << zeros;
        int index = (int) (mantissa >>> REST_BITS) & ((1 << INDEX_BITS) - 1);
        double rest = (mantissa & ((1L << REST_BITS) - 1)) * REST_UNIT;
        double low = TABLE[index];
        return zeros - 10 - (low + rest * (TABLE[index + 1] - low));
    }

    /// Never above [#below1] of the same bits, close to it where that is small, and several times cheaper.
    static double floorOfBelow1(long bits) {
        return (ALMOST_ONE - (bits >>> 11)) * SLOPE;
    }

    private static double[] table() {
        int points = 1 << INDEX_BITS;
        var table = new double[points + 1];
        for (int i = 0; i <= points; i++) {
            table[i] = StrictMath.log1p(i / (double) points) / StrictMath.log(2);
        }
        return table;
    }
}
