package io.covenant.simulation;

/// What runs on a node: made anew at each start of the node, so its fields are what a crash loses.
@FunctionalInterface
public interface Program {

    /// A message arrived.
    void receive(String from, Object message);

    /// A node that this one may have talked to crashed, and the network told; under a partition it does
    /// not.
    ///
    /// @param incarnation how many times that node had been started when it crashed
    default void lost(String peer, int incarnation) {}
}
