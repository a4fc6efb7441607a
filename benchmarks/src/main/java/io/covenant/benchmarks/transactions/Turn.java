package io.covenant.benchmarks.transactions;

import io.covenant.benchmarks.measure.Load;
import java.util.List;

/// What one contestant did in one round.
///
/// @param load within the measured time
/// @param cpuMillis used by each process within the measured time
/// @param cpuMillisOfOthers used within the measured time by those whose turn it was not
/// @param committed while the forced writes were counted, which is a little longer
/// @param refused while the forced writes were counted
/// @param forcedWrites of each server
/// @param violations found in the books afterwards
record Turn(
        String contestant,
        int concurrency,
        int round,
        Load load,
        Counters cpuMillis,
        double cpuMillisOfOthers,
        long committed,
        long refused,
        Counters forcedWrites,
        List<String> violations) {

    Turn {
        violations = List.copyOf(violations);
    }
}
