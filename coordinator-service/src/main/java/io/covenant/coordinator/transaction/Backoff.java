package io.covenant.coordinator.transaction;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before something is tried again: twice as long each time up to a limit, and never exactly as
/// long as the others wait.
record Backoff(Duration first, Duration longest, RandomGenerator random) {

    /// @param tries how often it was tried before, at least once
    Duration after(int tries) {
        long nanos = Math.min(longest.toNanos(), first.toNanos() << Math.min(20, tries - 1));
        return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    }
}
