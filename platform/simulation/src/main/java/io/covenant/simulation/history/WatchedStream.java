package io.covenant.simulation.history;

import io.covenant.simulation.history.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// What a watcher saw of a stream of events, beside what happened.
///
/// @param happened all events in their order, no two of them equal
/// @param seen     what the watcher saw, over all its connections
public record WatchedStream<E>(List<E> happened, List<E> seen) {

    public WatchedStream {
        happened = List.copyOf(happened);
        seen = List.copyOf(seen);
    }

    /// From the first event that it saw to the last it saw each once, in their order, and nothing else.
    public List<Violation> nothingMissed() {
        var places = new HashMap<E, Integer>();
        for (var event : happened) {
            places.put(event, places.size());
        }
        var violations = new ArrayList<Violation>();
        var expected = -1;
        for (var event : seen) {
            var place = places.get(event);
            if (place == null) {
                violations.add(missed("%s never happened".formatted(event)));
                continue;
            }
            if (expected >= 0 && place > expected) {
                violations.add(missed("between %s and %s it missed %s"
                        .formatted(happened.get(expected - 1), event, happened.subList(expected, place))));
            } else if (place < expected) {
                violations.add(missed("%s came again or late, after %s".formatted(event, happened.get(expected - 1))));
            }
            expected = Math.max(expected, place + 1);
        }
        return violations;
    }

    private static Violation missed(String what) {
        return new Violation(Rule.NOTHING_MISSED, what);
    }
}
