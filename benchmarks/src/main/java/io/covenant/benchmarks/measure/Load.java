package io.covenant.benchmarks.measure;

import java.time.Duration;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// What a closed loop achieved.
///
/// @param elapsed from the start of the first worker to the end of the last
/// @param latencies of what was committed, in microseconds
/// @param firstFailure what the first unclear ending was about
public record Load(
        long committed,
        long refused,
        long unclear,
        Duration elapsed,
        Histogram latencies,
        Optional<String> firstFailure) {

    /// Committed per second.
    public double throughput() {
        return committed / (elapsed.toNanos() / 1e9);
    }

    /// The same as if what ended without a clear answer had not been asked for.
    public Load withoutUnclear() {
        return new Load(committed, refused, 0, elapsed, latencies, Optional.empty());
    }
}
