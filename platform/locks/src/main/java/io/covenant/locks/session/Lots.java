package io.covenant.locks.session;

/// Reproducible jitter.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014 (SplitMix64).
final class Lots {

    private long state;

    Lots(long seed) {
        state = seed;
    }

    /// From half of this up to all of it.
    long jitter(long most) {
        return most - Math.floorMod(draw(), most / 2 + 1);
    }

    int below(int bound) {
        return (int) Math.floorMod(draw(), (long) bound);
    }

    private long draw() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
