package io.covenant.locks.wire;

/// Renews the lease.
///
/// @param seq     counted by itself from 1, apart from the requests
/// @param ackUpTo the client knows the answers of all its requests up to here
public record KeepAlive(long seq, long ackUpTo) {}
