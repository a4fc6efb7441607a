package io.covenant.locks.wire;

/// Opens a session.
///
/// @param name for operators to see; may be empty
public record OpenSession(String name, long ttlMillis) {}
