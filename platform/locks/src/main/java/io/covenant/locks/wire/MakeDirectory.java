package io.covenant.locks.wire;

/// Makes a directory.
public record MakeDirectory(long session, long seq, long ackUpTo, String path) {}
