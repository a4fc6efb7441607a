package io.covenant.locks.wire;

/// The lease is renewed, by a primary that was one after the keep-alive came.
public record KeptAlive(long remainingMillis, long seq) {}
