package io.covenant.consensus.transport;

/// Takes what peers send.
@FunctionalInterface
public interface FrameReceiver {

    /// A frame arrived. Nothing more is read from this peer until it returns, so one who is slow here slows
    /// his peer down, not his memory up. Who takes longer than the idle time-out loses the connection.
    ///
    /// @param peer  who sent it, as its certificate says
    /// @param frame now the receiver's
    void receive(String peer, byte[] frame);
}
