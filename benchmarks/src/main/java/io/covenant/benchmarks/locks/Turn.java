package io.covenant.benchmarks.locks;

import java.time.Duration;
import java.util.Optional;

/// One contestant's share of a round.
///
/// @param clientCpu CPU time of this process, which holds all clients
/// @param serverCpu and of the contestant's servers together
record Turn(String contestant, Workload workload, int round, Pairs pairs, Duration clientCpu, Duration serverCpu) {

    /// What makes its figures worthless.
    Optional<String> violation() {
        if (pairs.intrusions() > 0) {
            return Optional.of("%s, %s, round %d: %d times two were inside that must not be"
                    .formatted(contestant, workload, round + 1, pairs.intrusions()));
        }
        return Optional.empty();
    }

    /// What went wrong without harm.
    Optional<String> trouble() {
        return pairs.failed() == 0
                ? Optional.empty()
                : Optional.of("%s, %s, round %d: %d without success, the first: %s"
                        .formatted(
                                contestant,
                                workload,
                                round + 1,
                                pairs.failed(),
                                pairs.firstFailure().orElse("?")));
    }
}
