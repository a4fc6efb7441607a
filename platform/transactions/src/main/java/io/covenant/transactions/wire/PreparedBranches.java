package io.covenant.transactions.wire;

import java.util.List;
import java.util.Objects;

/// The branches that a participant's database holds open: each can still go either way.
public record PreparedBranches(List<Prepared> prepared) {

    public PreparedBranches {
        prepared = List.copyOf(prepared);
    }

    /// How a branch is held open.
    public enum Holding {
        /// By a prepared transaction.
        PREPARED,
        /// By a reservation, in a transaction that has committed: it holds no locks.
        RESERVED
    }

    /// @param locks   how many locks its transaction holds
    /// @param waiters how many other transactions wait for it to end
    public record Prepared(String gid, long ageMillis, int locks, int waiters, Holding holding) {

        public Prepared {
            // A service of an earlier version tells of prepared transactions only.
            holding = Objects.requireNonNullElse(holding, Holding.PREPARED);
        }
    }
}
