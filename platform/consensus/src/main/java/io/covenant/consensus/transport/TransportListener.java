package io.covenant.consensus.transport;

/// Hears what becomes of connections and frames, for metrics. It must not wait for anything.
public interface TransportListener {

    /// Hears nothing.
    static TransportListener none() {
        return new TransportListener() {};
    }

    /// What is sent to this peer now leaves.
    default void connected(String peer) {}

    /// The connection to this peer is gone, or could not be made.
    default void disconnected(String peer, String why) {}

    /// Somebody who connected was turned away, or lost his connection to this node.
    default void refused(String remote, String why) {}

    /// Frames to this peer will never arrive: the queue was full, or the connection broke under them.
    default void dropped(String peer, int frames) {}

    /// Frames were handed to the network in one go.
    default void sent(String peer, int frames, long bytes) {}

    default void received(String peer, long bytes) {}
}
