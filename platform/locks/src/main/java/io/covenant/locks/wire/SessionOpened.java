package io.covenant.locks.wire;

/// A session is open.
///
/// @param keepAliveMillis after each sending of a keep-alive, the next one should be sent
public record SessionOpened(long session, long ttlMillis, long epoch, long keepAliveMillis) {}
