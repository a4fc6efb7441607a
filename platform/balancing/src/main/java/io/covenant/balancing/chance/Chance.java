package io.covenant.balancing.chance;

/// The only source of chance; the same seed draws the same numbers on every machine. Thread-safe.
public interface Chance {

    /// Any 64 bits.
    long next();

    /// One of `0 .. bound-1`; the bias is below `bound / 2^32`.
    default int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /// One of `0 .. bound-1`; the bias is below `bound / 2^64`.
    default long below(long bound) {
        return Math.unsignedMultiplyHigh(next(), bound);
    }

    /// From 0 to below 1.
    default double unit() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    /// @param seed different in each process, or they all draw the same
    static Chance seeded(long seed) {
        return new SplitMix(seed);
    }
}
