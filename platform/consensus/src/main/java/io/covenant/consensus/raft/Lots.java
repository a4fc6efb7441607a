package io.covenant.consensus.raft;

/// The only chance in the kernel: what spreads the election time-outs of the nodes.
@FunctionalInterface
public interface Lots {

    /// One of `0 .. bound-1`.
    long below(long bound);
}
