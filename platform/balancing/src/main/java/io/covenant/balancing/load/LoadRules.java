package io.covenant.balancing.load;

import java.time.Duration;

/// How what was seen turns into a judgement, and how fast it is forgotten.
///
/// @param latencyMemory  how long a peak of latency is remembered, to 37 % of it
/// @param failureMemory  how long a failure is remembered, to 37 % of it
/// @param latencyPenalty what a certain failure costs where latency is compared: a node that fails fast
///                       must not look like a fast one
/// @param loadPenalty    what a certain failure costs where requests in flight are compared, in requests
public record LoadRules(Duration latencyMemory, Duration failureMemory, Duration latencyPenalty, double loadPenalty) {

    public static final LoadRules DEFAULTS =
            new LoadRules(Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(5), 10);

    public LoadRules {
        if (!latencyMemory.isPositive() || !failureMemory.isPositive()) {
            throw new IllegalArgumentException("a memory must last");
        }
        if (latencyPenalty.isNegative() || !(loadPenalty >= 0)) {
            throw new IllegalArgumentException("a penalty must not be negative");
        }
    }
}
