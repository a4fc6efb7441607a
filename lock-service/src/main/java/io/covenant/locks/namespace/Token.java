package io.covenant.locks.namespace;

/// A fencing token: the cluster's epoch and the log index of the grant, packed so that comparing the numbers
/// compares first the epochs, then the indexes.
///
/// One counter serves all locks, sessions, tickets and generations. It never goes back while the log is
/// whole, and a restore that moves the log back raises the epoch.
public final class Token {

    static final int INDEX_BITS = 44;
    public static final long MAX_INDEX = (1L << INDEX_BITS) - 1;
    public static final long MAX_EPOCH = (1L << (62 - INDEX_BITS)) - 1;

    private Token() {}

    /// @throws IllegalArgumentException when one of them does not fit
    public static long of(long epoch, long index) {
        if (index < 0 || index > MAX_INDEX || epoch < 0 || epoch > MAX_EPOCH) {
            throw new IllegalArgumentException("no token of epoch " + epoch + " and index " + index);
        }
        return (epoch << INDEX_BITS) | index;
    }

    public static long epoch(long token) {
        return token >>> INDEX_BITS;
    }

    public static long index(long token) {
        return token & MAX_INDEX;
    }
}
