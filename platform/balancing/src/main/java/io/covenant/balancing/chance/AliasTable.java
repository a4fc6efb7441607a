package io.covenant.balancing.chance;

/// Draws one of several by weight, in constant time and from a single number.
///
/// Source: M. Vose, "A linear algorithm for generating random numbers with a given distribution", IEEE
/// TSE 1991.
public final class AliasTable {

    private static final int FRACTION_BITS = 31;

    /// Of each column the part that is its own, of `2^31`.
    private final long[] own;

    private final int[] alias;

    /// @param weights none negative, not all 0
    public AliasTable(long[] weights) {
        int count = weights.length;
        long total = Weights.total(weights);
        this.own = new long[count];
        this.alias = new int[count];
        var scaled = new double[count];
        var small = new int[count];
        var large = new int[count];
        int smalls = 0;
        int larges = 0;
        for (int i = 0; i < count; i++) {
            scaled[i] = (double) weights[i] * count / total;
            if (scaled[i] < 1) {
                small[smalls++] = i;
            } else {
                large[larges++] = i;
            }
        }
        while (smalls > 0 && larges > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            own[less] = Math.round(scaled[less] * (1L << FRACTION_BITS));
            alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            if (scaled[more] < 1) {
                larges--;
                small[smalls++] = more;
            }
        }
        while (larges > 0) {
            whole(large[--larges]);
        }
        while (smalls > 0) { // only by rounding
            whole(small[--smalls]);
        }
    }

    private void whole(int column) {
        own[column] = 1L << FRACTION_BITS;
        alias[column] = column;
    }

    public int draw(Chance chance) {
        long bits = chance.next();
        int column = (int) (((bits >>> 32) * own.length) >>> 32);
        return (bits & ((1L << FRACTION_BITS) - 1)) < own[column] ? column : alias[column];
    }
}
