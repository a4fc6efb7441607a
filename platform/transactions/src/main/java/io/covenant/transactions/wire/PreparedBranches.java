package io.covenant.transactions.wire;

import java.util.List;

/// The branches that a participant's database holds prepared.
public record PreparedBranches(List<Prepared> prepared) {

    public PreparedBranches {
        prepared = List.copyOf(prepared);
    }

    /// @param locks   how many locks its transaction holds
    /// @param waiters how many other transactions wait for it to end
    public record Prepared(String gid, long ageMillis, int locks, int waiters) {}
}
