package io.covenant.locks.wire;

/// Asks whether just this grant is still held.
public record VerifySequencer(String sequencer) {}
