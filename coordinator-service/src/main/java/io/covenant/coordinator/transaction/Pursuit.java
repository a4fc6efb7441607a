package io.covenant.coordinator.transaction;

import java.time.Duration;
import java.util.Optional;

/// How hard a coordinator tries to bring a transaction to its end.
///
/// @param attempts    how often it has tried what it waits for
/// @param nextAttempt until it tries again, unless an answer comes first; absent while one is awaited
public record Pursuit(int attempts, Optional<Duration> nextAttempt) {}
