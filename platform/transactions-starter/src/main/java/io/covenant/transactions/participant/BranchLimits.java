package io.covenant.transactions.participant;

import java.time.Duration;

/// How long a branch waits, at most.
///
/// @param lockTimeout      for one lock, while it works; never longer than the transaction's deadline
/// @param fenceLockTimeout for the end of a branch that is still being worked on, when it is told to abort
/// @param fenceAttempts    how many times to wait so before the coordinator is asked to tell it again
public record BranchLimits(Duration lockTimeout, Duration fenceLockTimeout, int fenceAttempts) {

    public static BranchLimits defaults() {
        return new BranchLimits(Duration.ofSeconds(1), Duration.ofMillis(200), 5);
    }
}
