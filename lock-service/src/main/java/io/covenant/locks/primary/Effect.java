package io.covenant.locks.primary;

import io.covenant.locks.namespace.Command;

/// What a primary wants done. None of it waits for another.
public sealed interface Effect {

    /// Propose an entry; [Input.Proposed] tells what became of it.
    ///
    /// @param timeMillis to write into the entry: logical time, not a clock's
    record Propose(long proposal, long timeMillis, Command command) implements Effect {}

    /// Confirm the leadership by a round that starts now; [Input.Confirmed] tells.
    record Confirm(long round) implements Effect {}

    /// Tell [Input.Armed] once everything that was committed before this term is applied. When that fails,
    /// nothing need be told.
    record Arm(long term) implements Effect {}

    /// Look up what is due, see [io.covenant.locks.namespace.Timers#due]; [Input.Due] brings it.
    record Collect(long atMillis, int atMost) implements Effect {}

    /// Look for a session in a state that is known to be the newest; [Input.Found] tells.
    record Find(long ticket, long session) implements Effect {}

    /// Answer a client.
    record Tell(long ticket, Answer answer) implements Effect {}
}
