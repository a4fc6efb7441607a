package io.covenant.balancing.chance;

/// SplitMix64's finalizer: turns any two different numbers into two that have nothing in common.
public final class Bits {

    private Bits() {}

    public static long mix(long bits) {
        var z = bits;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
