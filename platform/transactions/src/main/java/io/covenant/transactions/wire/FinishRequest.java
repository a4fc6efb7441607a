package io.covenant.transactions.wire;

import java.util.List;

/// Tells a participant the decision for some of its branches; the path says which decision.
///
/// @param gids 1 to 1,000 branches
public record FinishRequest(List<String> gids) {

    public FinishRequest {
        gids = List.copyOf(gids);
    }
}
