package io.covenant.benchmarks.locks;

import java.time.Duration;
import java.util.List;

/// How much is measured.
///
/// @param contestants in the order of the first round
/// @param workloads one after the other
/// @param rounds of every contestant with every workload
/// @param time of one round
/// @param warmUpPairs of every contestant before the first round, so that all is compiled that will be
/// @param longestWarmUp when fewer are done in that time, it has to do
/// @param idleSessions 0: that part is left out
/// @param idleTime for which the servers are watched while nothing else happens
record Options(
        List<String> contestants,
        List<Workload> workloads,
        int rounds,
        Duration time,
        long warmUpPairs,
        Duration longestWarmUp,
        int idleSessions,
        Duration idleTime) {

    Options {
        contestants = List.copyOf(contestants);
        workloads = List.copyOf(workloads);
    }
}
