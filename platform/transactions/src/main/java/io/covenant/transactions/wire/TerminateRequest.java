package io.covenant.transactions.wire;

import java.util.Map;

/// Asks a coordinator to bring an attempt under three-phase commit to its end, which nobody has told a prepared branch.
///
/// @param gid        the branch that waits
/// @param electorate every branch of the attempt with its service, as `prepare` brought it
public record TerminateRequest(String gid, Map<String, String> electorate) {

    public TerminateRequest {
        electorate = Map.copyOf(electorate);
    }
}
