package io.covenant.gateway.balancing;

import io.covenant.balancing.Policy;
import io.covenant.balancing.Selection;
import io.covenant.balancing.Subset;
import io.covenant.balancing.ZonePreference;
import java.util.List;

/// How the instances of a service are chosen: by which policy, and by which key where the policy hashes.
public record Choice(Policy policy, List<KeySource> keys) {

    public Choice {
        keys = List.copyOf(keys);
    }

    Selection among(Subset subset, ZonePreference zone) {
        return new Selection(policy, zone, subset);
    }
}
