package io.covenant.benchmarks.gateway;

import io.covenant.benchmarks.http.Answers;
import java.time.Duration;
import java.util.Optional;

/// One contestant's share of a round.
///
/// @param cpu of the proxy with all its processes
/// @param loadCpu of this process, which is load and backends
record Turn(String contestant, Workload workload, int round, Answers answers, Duration cpu, Duration loadCpu) {

    double cpuMicros() {
        return micros(cpu);
    }

    double loadCpuMicros() {
        return micros(loadCpu);
    }

    private double micros(Duration used) {
        return used.toNanos() / 1e3 / Math.max(1, answers.good() + answers.bad());
    }

    /// Answers that were none.
    Optional<String> trouble() {
        return answers.bad() == 0
                ? Optional.empty()
                : Optional.of("%s, %s, round %d: %d of %d without a good answer, the first: %s"
                        .formatted(
                                contestant,
                                workload,
                                round + 1,
                                answers.bad(),
                                answers.good() + answers.bad(),
                                answers.firstFailure().orElse("?")));
    }
}
