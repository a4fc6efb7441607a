package io.covenant.transactions.wire;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells a participant the decision for some of its branches; the path says which decision.
///
/// @param gids     1 to 1,000 branches
/// @param outcomes of branches under three-phase commit, by gid: the outcome of the whole attempt
public record FinishRequest(List<String> gids, @Nullable Map<String, DecidedOutcome> outcomes) {

    public FinishRequest {
        gids = List.copyOf(gids);
    }

    public FinishRequest(List<String> gids) {
        this(gids, null);
    }
}
