package io.covenant.balancing.hashing;

import java.util.Arrays;
import java.util.function.LongToIntFunction;
import java.util.stream.IntStream;

/// A million keys, and what becomes of them.
final class Keys {

    static final int COUNT = 1_000_000;

    private static final long[] KEYS = IntStream.range(0, COUNT)
            .mapToLong(i -> KeyHash.of("customer-" + i))
            .toArray();

    private Keys() {}

    static long[] seeds(int instances) {
        return KeyHash.ofAll(
                IntStream.range(0, instances).mapToObj(i -> "orders-" + i).toArray(String[]::new));
    }

    static long[] even(int instances) {
        return IntStream.range(0, instances).mapToLong(_ -> 1).toArray();
    }

    static long key(int number) {
        return KEYS[number];
    }

    static long[] count(int instances, LongToIntFunction owner) {
        var counts = new long[instances];
        for (int i = 0; i < COUNT; i++) {
            counts[owner.applyAsInt(key(i))]++;
        }
        return counts;
    }

    static double maxToMean(long[] counts) {
        return (double) Arrays.stream(counts).max().orElseThrow() * counts.length / COUNT;
    }

    /// The share of keys that moved though their instance is still there, when `gone` left; indices
    /// above it shift down.
    static double needless(int gone, LongToIntFunction before, LongToIntFunction after) {
        int moved = 0;
        for (int i = 0; i < COUNT; i++) {
            int was = before.applyAsInt(key(i));
            int is = after.applyAsInt(key(i));
            int expected = was > gone ? was - 1 : was;
            moved += was != gone && is != expected ? 1 : 0;
        }
        return (double) moved / COUNT;
    }

    static long[] without(long[] all, int gone) {
        return IntStream.range(0, all.length)
                .filter(i -> i != gone)
                .mapToLong(i -> all[i])
                .toArray();
    }
}
