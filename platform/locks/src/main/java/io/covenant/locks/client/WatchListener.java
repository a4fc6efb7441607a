package io.covenant.locks.client;

import io.covenant.locks.wire.LockEvent;

/// Hears of what changes under a prefix, one after the other.
@FunctionalInterface
public interface WatchListener {

    /// On [LockEvent.Compacted] some changes were not told: look at the present state.
    ///
    /// @param index after which a watch may be resumed; 0 when more of the same index follows
    void changed(long index, LockEvent event);
}
