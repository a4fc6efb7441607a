package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Attempt;

/// How attempts under Paxos Commit are numbered, so that their numbers tell what no acceptor keeps.
///
/// - The first bit is set, and in attempts under all other protocols it is not. So the name of a prepared branch alone
///   tells that its outcome lies with the acceptors; whoever asked another register would get an answer that is wrong.
/// - The last 24 bits are taken from the digest of the request that was begun, so that a coordinator which knows of
///   the transaction by its acceptor alone can tell a repetition from another request under the same id.
///
/// The 39 bits between are to be random.
public final class PaxosAttempts {

    private static final int DIGEST_BITS = 24;
    private static final long DIGEST = (1L << DIGEST_BITS) - 1;

    private PaxosAttempts() {}

    /// A fresh one.
    ///
    /// @param random drawn for it
    /// @param digest of the request
    public static Attempt of(long random, String digest) {
        return new Attempt(Long.MIN_VALUE | (random & ~DIGEST) | digestOf(digest));
    }

    /// Whether the acceptors decide about it.
    public static boolean isOne(Attempt attempt) {
        return attempt.value() < 0;
    }

    /// Whether it was begun by a request with this digest; one in 16 million others looks the same.
    public static boolean isOf(Attempt attempt, String digest) {
        return (attempt.value() & DIGEST) == digestOf(digest);
    }

    private static long digestOf(String digest) {
        return digest.hashCode() & DIGEST;
    }
}
