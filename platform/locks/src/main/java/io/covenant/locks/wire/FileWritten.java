package io.covenant.locks.wire;

/// A file is written.
///
/// @param generation that this made; the ETag of the content
public record FileWritten(long instance, long generation) {}
