package io.covenant.gateway.balancing;

import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.retry.RetryRule;
import io.covenant.gateway.streams.Streams;
import java.time.Duration;

/// What holds for one delivery.
///
/// @param route      the id of its route
/// @param repeatable whether two of the request have the effect of one
/// @param patience       how long an instance may be silent while another could be asked
record Terms(
        String route,
        boolean repeatable,
        Duration patience,
        RetryRule rule,
        Chance chance,
        ReturnWatch returns,
        Streams streams,
        Traces traces) {}
