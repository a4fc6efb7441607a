package io.covenant.transactions.replay;

import io.covenant.transactions.wire.TransactionResource.Event;
import java.util.Optional;

/// What a replay says of a timeline.
public sealed interface Verdict {

    /// The protocol allows every step.
    ///
    /// @param events how many
    record Allowed(int events) implements Verdict {}

    /// The protocol does not allow this.
    ///
    /// @param at    its place in the timeline; its length where what is wrong is how it ends
    /// @param event the first event that is not allowed; empty where it is how it ends
    /// @param why   what was expected there
    record Refused(int at, Optional<Event> event, String why) implements Verdict {

        @Override
        public String toString() {
            return event.map(one -> "event %d, %s, is not allowed: %s".formatted(at, shown(one), why))
                    .orElse(why);
        }

        private static String shown(Event event) {
            return event.event()
                    + (event.branch() == null ? "" : " of " + event.branch())
                    + (event.detail() == null ? "" : " (" + event.detail() + ")");
        }
    }
}
