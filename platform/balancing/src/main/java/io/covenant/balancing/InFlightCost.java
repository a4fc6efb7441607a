package io.covenant.balancing;

import io.covenant.balancing.load.LoadRules;

/// The requests in flight for its weight, and as many again as its recent failures count for: a member
/// that fails fast has few in flight, and must not draw everything for it.
record InFlightCost(double penalty) implements Cost {

    InFlightCost(LoadRules rules) {
        this(rules.loadPenalty());
    }

    @Override
    public double of(Member member, double scale, long now) {
        return member.inFlight() * scale + penalty * member.gauge().failures(now);
    }
}
