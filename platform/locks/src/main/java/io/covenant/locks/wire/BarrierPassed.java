package io.covenant.locks.wire;

/// Everything that was acknowledged before the question is at or below this index.
public record BarrierPassed(long index) {}
