package io.covenant.consensus.raft;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// What many simulated worlds have seen together. Thread-safe.
final class Tally {

    private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);
    private final LongAdder worlds = new LongAdder();
    private final LongAdder events = new LongAdder();
    private final LongAdder seconds = new LongAdder();

    Tally() {
        Arrays.stream(Event.values()).forEach(event -> counts.put(event, new LongAdder()));
    }

    void count(Event event) {
        adder(event).increment();
    }

    void played(Duration simulated, int eventsOfWorld) {
        worlds.increment();
        events.add(eventsOfWorld);
        seconds.add(simulated.toSeconds());
    }

    long worlds() {
        return worlds.sum();
    }

    List<Event> never() {
        return Arrays.stream(Event.values()).filter(event -> of(event) == 0).toList();
    }

    private long of(Event event) {
        return adder(event).sum();
    }

    private LongAdder adder(Event event) {
        return Objects.requireNonNull(counts.get(event));
    }

    @Override
    public String toString() {
        return "%,d seeds, %.1f simulated hours, %,d events%n".formatted(worlds(), seconds.sum() / 3600.0, events.sum())
                + Arrays.stream(Event.values())
                        .map(event -> "%,12d %s".formatted(of(event), event.plural()))
                        .collect(Collectors.joining("\n"));
    }
}
