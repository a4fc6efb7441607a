package io.covenant.balancing;

import io.covenant.balancing.load.LoadRules;

/// The latency to expect, failures counted as very late answers, for each request that is in flight
/// before it.
///
/// Of a newcomer nothing is known: it gets one request at once, and then counts as slow until that is
/// answered.
record LatencyCost(double penalty) implements Cost {

    LatencyCost(LoadRules rules) {
        this((double) rules.latencyPenalty().toNanos());
    }

    @Override
    public double of(Member member, double scale, long now) {
        var gauge = member.gauge();
        int inFlight = member.inFlight();
        double latency = gauge.isKnown() || inFlight == 0 ? gauge.latency(now) : penalty;
        return (latency + penalty * gauge.failures(now)) * (1 + inFlight * scale);
    }
}
