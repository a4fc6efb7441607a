package io.covenant.locks.session;

/// A message to a node of the service.
public sealed interface Call {

    record Open(String name, long ttlMillis) implements Call {}

    record KeepAlive(long session, long seq, long ackUpTo) implements Call {}

    /// @param seq        the same however often it is sent; 0 for a read
    /// @param ackUpTo    the answers up to here are known
    /// @param waitMillis of an acquire: what is left of its wait
    /// @param openMillis for how long the service may keep an acquire open
    record Perform(long session, long seq, long ackUpTo, Operation operation, long waitMillis, long openMillis)
            implements Call {}

    record Close(long session) implements Call {}
}
