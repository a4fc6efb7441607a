package io.covenant.transactions.wire;

import java.util.List;

/// The branches that a participant's database holds prepared.
public record PreparedBranches(List<Prepared> prepared) {

    public PreparedBranches {
        prepared = List.copyOf(prepared);
    }

    public record Prepared(String gid, long ageMillis) {}
}
