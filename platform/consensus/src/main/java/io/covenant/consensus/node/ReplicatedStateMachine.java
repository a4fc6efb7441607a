package io.covenant.consensus.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// What a group keeps the same on all its nodes: the same commands in the same order lead to the same state.
///
/// Called by one thread at a time: by the same one always, but for what [is quick][#isQuick]. It reads no clock, draws
/// no lots and asks nobody else. It must not throw: a
/// command that one node cannot apply no node can, so whatever is wrong with a command is a result.
///
/// @param <R> what a command comes to, for who proposed it
public interface ReplicatedStateMachine<R> {

    /// @param index      of the command in the log; grows, with gaps
    /// @param timeMillis of the group; never less than before
    /// @param command    not to be changed
    R apply(long index, long timeMillis, byte[] command);

    /// Whether no other command takes less time, so that a thread which has other things to do may apply this one and
    /// wake nobody.
    default boolean isQuick(byte[] command) {
        return false;
    }

    /// The state as it is now, to be written by another thread while this one goes on. To be quick, and
    /// unmoved by what is applied later.
    Fork fork();

    /// Replaces the state by one that a [Fork] wrote, on this node or on another.
    void restore(InputStream state) throws IOException;

    /// A state that stands still.
    @FunctionalInterface
    interface Fork {
        void writeTo(OutputStream out) throws IOException;
    }
}
