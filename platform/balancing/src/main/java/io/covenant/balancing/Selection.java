package io.covenant.balancing;

/// How a route, or a client, wants its instances chosen.
public record Selection(Policy policy, ZonePreference zone, Subset subset) {

    public static Selection by(Policy policy) {
        return new Selection(policy, ZonePreference.NONE, Subset.ALL);
    }

    public Selection preferring(ZonePreference preference) {
        return new Selection(policy, preference, subset);
    }

    public Selection among(Subset other) {
        return new Selection(policy, zone, other);
    }
}
