package io.covenant.balancing.chance;

import java.util.concurrent.atomic.AtomicLong;

/// SplitMix64 with one counter for all threads: none of them waits, and a single one sees the seed's
/// sequence.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
final class SplitMix implements Chance {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final AtomicLong state;

    SplitMix(long seed) {
        this.state = new AtomicLong(Bits.mix(seed));
    }

    @Override
    public long next() {
        return Bits.mix(state.addAndGet(GOLDEN_GAMMA));
    }
}
