package io.covenant.transactions.onephase;

import io.covenant.transactions.Attempt;
import io.covenant.transactions.TransactionId;

/// How attempts under one-phase commit are numbered: all alike.
///
/// In every other protocol two executions of one transaction must not share a branch. Here they must, so that the
/// second finds what the first has done.
public final class OnePhaseAttempts {

    /// Attempts under other protocols are 63 random bits; those under Paxos Commit are negative.
    private static final Attempt ONLY = new Attempt(1);

    private OnePhaseAttempts() {}

    /// The attempt of every execution.
    public static Attempt only() {
        return ONLY;
    }

    /// Whether the branch of this attempt decides about its transaction.
    ///
    /// @param transaction the one that it is an attempt of
    public static boolean isOne(TransactionId transaction, Attempt attempt) {
        return transaction.isDecidedByItsBranch() && attempt.equals(ONLY);
    }
}
