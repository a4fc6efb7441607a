package io.covenant.balancing.hashing;

import io.covenant.balancing.chance.Bits;

/// The 64 bits that stand for a key; the same in every process, so that all callers choose alike.
///
/// FNV-1a over the characters, then mixed, as FNV alone spreads short keys badly over the high bits.
public final class KeyHash {

    private static final long OFFSET = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private KeyHash() {}

    public static long of(CharSequence key) {
        long hash = OFFSET;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * PRIME;
        }
        return Bits.mix(hash);
    }

    public static long[] ofAll(CharSequence... keys) {
        var hashes = new long[keys.length];
        for (int i = 0; i < keys.length; i++) {
            hashes[i] = of(keys[i]);
        }
        return hashes;
    }
}
