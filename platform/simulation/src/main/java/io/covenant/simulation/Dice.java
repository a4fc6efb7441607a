package io.covenant.simulation;

import java.time.Duration;
import java.util.List;

/// The only source of chance in a world; the same seed throws the same numbers on every machine and every
/// JDK.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014
/// (SplitMix64).
public final class Dice {

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    Dice(long seed) {
        state = mix(seed);
    }

    /// Any 64 bits.
    public long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /// One of `0 .. bound-1`.
    public int below(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("nothing is below " + bound);
        }
        return (int) Math.floorMod(next(), (long) bound);
    }

    /// True in this share of the throws, `0.05` meaning one in twenty.
    public boolean chance(double share) {
        return share > 0 && (next() >>> 11) * 0x1.0p-53 < share;
    }

    /// From `least` to `most`, both included.
    public Duration between(Duration least, Duration most) {
        return Duration.ofNanos(1000L * micros(least.toNanos() / 1000, most.toNanos() / 1000));
    }

    long micros(long least, long most) {
        return least >= most ? least : least + Math.floorMod(next(), most - least + 1);
    }

    public <T> T pick(List<T> some) {
        return some.get(below(some.size()));
    }

    private static long mix(long bits) {
        var z = bits;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
