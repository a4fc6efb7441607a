package io.covenant.locks.node;

import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Result;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// A node's streams, for a world without threads.
public final class OpenStreams {

    /// So few that a reader is cut off now and then.
    private static final int EVENTS = 3;

    private final EventStreams streams = new EventStreams(EVENTS, 1_000);

    public EventStream openUnder(String prefix, long after) {
        return Objects.requireNonNull(streams.ofNames(prefix, "", after));
    }

    /// As clients open it, who hear of grants and releases otherwise.
    public EventStream openOf(long session, long after) {
        return Objects.requireNonNull(streams.ofSession(session, true, after));
    }

    public void begin(EventStream stream, Namespace state) {
        streams.begin(stream, state);
    }

    /// @param state after it
    public void tell(Result result, Namespace state) {
        streams.tell(result.index(), state, result.events());
    }

    public void restored(long index, long epoch) {
        streams.tellCompacted(index, epoch);
    }

    /// What it has to tell by now.
    public static List<EventStream.Item> taken(EventStream stream) {
        try {
            return stream.take(Duration.ZERO);
        } catch (InterruptedException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
