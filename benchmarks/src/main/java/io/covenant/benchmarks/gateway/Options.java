package io.covenant.benchmarks.gateway;

import java.time.Duration;
import java.util.List;

/// How much is measured.
///
/// @param contestants in the order of the first round
/// @param closed one after the other
/// @param open after all that are closed, as they need to know what was reached there
/// @param rounds of every contestant with every workload
/// @param time of one round
/// @param longestWarmUp of whoever compiles while it runs, unless it stops growing faster before
/// @param connections that are open while memory is looked at; 0: that part is left out
/// @param starts of every application with and without a cache; 0: that part is left out
record Options(
        List<String> contestants,
        List<Workload.Closed> closed,
        List<Workload> open,
        int rounds,
        Duration time,
        Duration longestWarmUp,
        int connections,
        int starts) {

    Options {
        contestants = List.copyOf(contestants);
        closed = List.copyOf(closed);
        open = List.copyOf(open);
    }
}
