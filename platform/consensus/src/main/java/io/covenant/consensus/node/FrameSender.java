package io.covenant.consensus.node;

/// Brings frames to other nodes.
@FunctionalInterface
public interface FrameSender {

    /// Hands a frame over, without waiting; it may be lost.
    ///
    /// @param peer  the name of a node
    /// @param frame at most [NodeSettings#frameBytes] long
    void send(String peer, byte[] frame);
}
