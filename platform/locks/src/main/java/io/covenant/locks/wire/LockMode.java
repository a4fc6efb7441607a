package io.covenant.locks.wire;

/// How a name is held.
public enum LockMode {
    /// A lock, by one owner alone.
    EXCLUSIVE,
    /// A lock, together with others that share it.
    SHARED,
    /// Some permits of a semaphore.
    PERMITS,
    /// The office of an election.
    LEADER
}
