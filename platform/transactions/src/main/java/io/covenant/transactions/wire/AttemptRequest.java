package io.covenant.transactions.wire;

import io.covenant.transactions.Decision;
import java.util.List;

/// Asks the site of a branch to pre-commit or to pre-abort.
///
/// @param decision towards which
/// @param sealed   the gids of the branches that commit; empty for ABORT
public record AttemptRequest(String gid, ElectionNumber election, Decision decision, List<String> sealed) {

    public AttemptRequest {
        sealed = List.copyOf(sealed);
    }
}
