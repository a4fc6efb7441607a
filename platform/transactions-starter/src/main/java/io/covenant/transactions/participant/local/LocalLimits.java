package io.covenant.transactions.participant.local;

import java.time.Duration;

/// How long local branches wait, at most.
///
/// @param lock  for one lock
/// @param work  for the end of a confirmation, a cancellation, a step or a compensation
/// @param holds until a reservation asks what becomes of it; never less than its transaction has time
public record LocalLimits(Duration lock, Duration work, Duration holds) {

    public static LocalLimits defaults() {
        return new LocalLimits(Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(10));
    }
}
