package io.covenant.locks.wire;

/// One of a circle of waits: each waits for the next one, the last for the first.
///
/// @param name what this owner waits for
public record DeadlockStep(long session, long strand, String name) {}
