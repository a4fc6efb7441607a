package io.covenant.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What happened in a world, lately; and all of it for a [Transcript].
final class Journal {

    /// All of it when one seed is replayed, since then somebody wants to know.
    private static final int LATELY = Long.getLong("simulation.seed") == null ? 60 : Integer.MAX_VALUE;

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final @Nullable Transcript transcript;

    Journal(@Nullable Transcript transcript) {
        this.transcript = transcript;
    }

    /// Written as text only when somebody reads it, so what it is about must not change.
    private record Entry(long micros, String who, String what, Object about) {
        @Override
        public String toString() {
            return "%,13d us  %-18s %s %s".formatted(micros, who, what, about);
        }
    }

    void add(long micros, String who, String what, Object about) {
        var entry = new Entry(micros, who, what, about);
        if (entries.size() == LATELY) {
            entries.removeFirst();
        }
        entries.addLast(entry);
        if (transcript != null) {
            transcript.add(entry.toString());
        }
    }

    String lately() {
        return entries.stream().map(Entry::toString).collect(Collectors.joining("\n"));
    }
}
