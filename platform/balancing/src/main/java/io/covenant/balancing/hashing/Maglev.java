package io.covenant.balancing.hashing;

import io.covenant.balancing.chance.Bits;
import io.covenant.balancing.chance.Weights;
import java.util.Arrays;

/// Maglev's table: one look-up per key however many instances there are, even shares, and nearly every
/// key stays when one leaves.
///
/// The instances choose places of the table in turn, each by its own order of preference; one of half
/// the greatest weight passes every other turn. Source: D. Eisenbud and others, "Maglev: A Fast and
/// Reliable Software Network Load Balancer", NSDI 2016, section 3.4; weights as in Envoy's
/// `maglev_lb.cc`.
public final class Maglev {

    /// The paper's two sizes of table, both prime.
    static final int SMALL = 65_537;

    static final int LARGE = 655_373;

    /// Above this the small table would have fewer than a hundred places for each.
    static final int MANY = SMALL / 100;

    private final char[] table;
    private final long[] seeds;
    private final long[] weights;

    /// @param seeds   a [KeyHash] of each instance's id
    /// @param weights all above 0
    public Maglev(long[] seeds, long[] weights) {
        this.seeds = seeds.clone();
        this.weights = Weights.reduced(weights);
        this.table = fill(seeds.length > MANY ? LARGE : SMALL);
    }

    private char[] fill(int size) {
        int count = seeds.length;
        var next = new int[count];
        var skip = new int[count];
        var passes = new double[count];
        double heaviest = Arrays.stream(weights).max().orElseThrow();
        for (int i = 0; i < count; i++) {
            next[i] = (int) Long.remainderUnsigned(seeds[i], size);
            skip[i] = (int) Long.remainderUnsigned(Bits.mix(seeds[i]), size - 1) + 1;
        }
        var filled = new char[size];
        var taken = new boolean[size];
        int left = size;
        for (int round = 1; left > 0; round++) {
            for (int i = 0; i < count && left > 0; i++) {
                if (round * (double) weights[i] < passes[i]) {
                    continue;
                }
                passes[i] += heaviest;
                int place = next[i];
                while (taken[place]) {
                    place = after(place, skip[i], size);
                }
                taken[place] = true;
                filled[place] = (char) i;
                next[i] = after(place, skip[i], size);
                left--;
            }
        }
        return filled;
    }

    private static int after(int place, int step, int size) {
        int next = place + step;
        return next >= size ? next - size : next;
    }

    /// Whose key it is.
    public int winner(long key) {
        return table[place(key)];
    }

    int place(long key) {
        return (int) Long.remainderUnsigned(key, table.length);
    }

    /// Whose key it is when those before cannot have it: of the `step`-th place from the key's own.
    public int winner(long key, int step) {
        return table[(place(key) + step) % table.length];
    }

    int size() {
        return table.length;
    }

    /// Whether this is the table of these instances with these weights already.
    public boolean isOf(long[] otherSeeds, long[] otherWeights) {
        return Arrays.equals(seeds, otherSeeds) && Arrays.equals(weights, Weights.reduced(otherWeights));
    }
}
