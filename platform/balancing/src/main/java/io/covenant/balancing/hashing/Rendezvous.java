package io.covenant.balancing.hashing;

import io.covenant.balancing.chance.Bits;
import io.covenant.balancing.chance.Weights;

/// Highest random weight: every instance bids for every key, and the best bid has it. When one leaves,
/// only its keys move; when one joins, keys move only to it.
///
/// A bid is the time of an exponential clock that runs by the weight, the earliest wins: shares are
/// exactly as the weights. Sources: D. Thaler, C. Ravishankar, "Using Name-Based Mappings to Increase
/// Hit Rates", IEEE/ACM ToN 1998; weights: C. Schindelhauer, G. Schomaker, "Weighted Distributed Hash
/// Tables", SPAA 2005 (logarithmic method).
public final class Rendezvous {

    private final long[] seeds;

    /// `1 / weight` of each, or nothing when all weigh the same.
    private final double[] paces;

    /// @param seeds   a [KeyHash] of each instance's id
    /// @param weights all above 0
    public Rendezvous(long[] seeds, long[] weights) {
        this.seeds = seeds.clone();
        this.paces = new double[Weights.allEqual(weights) ? 0 : weights.length];
        for (int i = 0; i < paces.length; i++) {
            paces[i] = 1.0 / weights[i];
        }
    }

    /// Whose key it is.
    public int winner(long key) {
        return paces.length == 0 ? highest(key) : earliest(key);
    }

    private int highest(long key) {
        int winner = 0;
        long best = Long.MIN_VALUE;
        for (int i = 0; i < seeds.length; i++) {
            long bid = Bits.mix(key ^ seeds[i]) ^ Long.MIN_VALUE;
            if (bid > best) {
                best = bid;
                winner = i;
            }
        }
        return winner;
    }

    /// Most bids are late by any measure, so that their exact time is not worked out.
    private int earliest(long key) {
        int winner = 0;
        double best = Double.MAX_VALUE;
        for (int i = 0; i < seeds.length; i++) {
            long bits = Bits.mix(key ^ seeds[i]);
            if (BinaryLog.floorOfBelow1(bits) * paces[i] < best) {
                double time = BinaryLog.below1(bits) * paces[i];
                if (time < best) {
                    best = time;
                    winner = i;
                }
            }
        }
        return winner;
    }

    /// What one of them bids: the least of those that are asked has the key.
    public double bid(int index, long key) {
        double time = BinaryLog.below1(Bits.mix(key ^ seeds[index]));
        return paces.length == 0 ? time : time * paces[index];
    }

    public int size() {
        return seeds.length;
    }
}
