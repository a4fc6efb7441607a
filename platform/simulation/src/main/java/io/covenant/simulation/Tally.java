package io.covenant.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/// What many simulated worlds have seen together. Thread-safe.
///
/// @param <E> what a campaign must have seen, or it proves less than it seems to
public final class Tally<E extends Enum<E> & Tally.Counted> {

    /// Something that is counted.
    public interface Counted {

        /// What many of it are called.
        String plural();
    }

    private final List<E> all;
    private final Map<E, LongAdder> counts;
    private final LongAdder worlds = new LongAdder();
    private final LongAdder events = new LongAdder();
    private final LongAdder seconds = new LongAdder();

    public Tally(Class<E> counted) {
        all = List.of(counted.getEnumConstants());
        counts = new EnumMap<>(counted);
        all.forEach(event -> counts.put(event, new LongAdder()));
    }

    public void count(E event) {
        adder(event).increment();
    }

    public void played(Duration simulated, int eventsOfWorld) {
        worlds.increment();
        events.add(eventsOfWorld);
        seconds.add(simulated.toSeconds());
    }

    public long worlds() {
        return worlds.sum();
    }

    /// What no world has seen.
    public List<E> never() {
        return all.stream().filter(event -> of(event) == 0).toList();
    }

    private long of(E event) {
        return adder(event).sum();
    }

    private LongAdder adder(E event) {
        return Objects.requireNonNull(counts.get(event));
    }

    @Override
    public String toString() {
        return "%,d seeds, %.1f simulated hours, %,d events%n".formatted(worlds(), seconds.sum() / 3600.0, events.sum())
                + all.stream()
                        .map(event -> "%,12d %s".formatted(of(event), event.plural()))
                        .collect(Collectors.joining("\n"));
    }
}
