package io.covenant.balancing;

/// What it would cost to send one more request to a member; the less the better.
sealed interface Cost permits InFlightCost, LatencyCost {

    /// @param scale what one request counts on it, 1 on a member of average weight
    double of(Member member, double scale, long now);
}
