package io.covenant.benchmarks.http;

import java.time.Duration;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// What became of the requests of one run.
///
/// @param good answered with 200
/// @param bad answered with anything else, or not at all
/// @param elapsed from the first request to the last answer
/// @param latencies of the good ones in microseconds, from when each was meant to go out
/// @param firstFailure what the first bad one was about
public record Answers(long good, long bad, Duration elapsed, Histogram latencies, Optional<String> firstFailure) {

    /// Good ones.
    public double perSecond() {
        return good / (elapsed.toNanos() / 1e9);
    }

    public double latencyMillis(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
