package io.covenant.consensus.node;

import io.covenant.consensus.raft.Lots;
import io.covenant.consensus.raft.Moment;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/// What a node asks of the world around it.
///
/// @param nanos a monotonic clock
/// @param wall  for the time of entries
/// @param lots  spread the election time-outs
/// @param fatal ends the process
public record Surroundings(
        LongSupplier nanos, InstantSource wall, Lots lots, NodeListener listener, FatalHandler fatal) {

    /// This machine's clocks; the process is halted when the node cannot go on.
    public static Surroundings production(NodeListener listener) {
        return new Surroundings(
                System::nanoTime,
                InstantSource.system(),
                bound -> ThreadLocalRandom.current().nextLong(bound),
                listener,
                FatalHandler.halting());
    }

    Moment moment() {
        return new Moment(nanos.getAsLong(), wall.millis());
    }
}
