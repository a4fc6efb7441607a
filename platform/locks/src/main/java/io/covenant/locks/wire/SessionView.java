package io.covenant.locks.wire;

import java.util.List;

/// What a session holds and waits for.
///
/// @param remainingMillis of the lease; the primary alone knows
public record SessionView(
        long session, String name, long ttlMillis, long remainingMillis, List<Held> held, List<Waiting> waiting) {

    public SessionView {
        held = held == null ? List.of() : List.copyOf(held);
        waiting = waiting == null ? List.of() : List.copyOf(waiting);
    }

    /// @param requests the numbers of those that made the hold
    public record Held(
            String name, LockMode mode, long strand, long token, String sequencer, int holds, List<Long> requests) {
        public Held {
            requests = requests == null ? List.of() : List.copyOf(requests);
        }
    }

    public record Waiting(long seq, long strand, long ticket, List<Want> wants) {
        public Waiting {
            wants = wants == null ? List.of() : List.copyOf(wants);
        }
    }
}
