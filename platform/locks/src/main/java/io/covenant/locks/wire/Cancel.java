package io.covenant.locks.wire;

/// Undoes an acquire, whatever became of it.
public record Cancel(long seq, long ackUpTo, long requestSeq) {}
