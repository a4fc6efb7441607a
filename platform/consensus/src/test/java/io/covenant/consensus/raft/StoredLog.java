package io.covenant.consensus.raft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What the writes to a disk amount to.
final class StoredLog {

    /// One write to a simulated disk, after the first one that makes it the disk of a group.
    sealed interface Write {

        record Genesis(Durable durable) implements Write {}

        record State(HardState state) implements Write {}

        record Entries(List<Entry> entries) implements Write {}

        record Reset(Snapshot snapshot) implements Write {}

        record Compact(long upTo) implements Write {}

        record Saved(Snapshot snapshot, Machine machine) implements Write {}
    }

    record Place(Snapshot snapshot, Machine machine) {}

    private long group;
    private HardState state = HardState.INITIAL;
    private Place place = new Place(new Snapshot(0, 0, Members.nobody()), Machine.NEW);
    private long first = 1;
    private final List<Entry> log = new ArrayList<>();
    private int appliedOfLog;
    private int appliedOfSnapshots;

    /// Applies what of these was not applied before. Log and snapshots are files of their own: one may
    /// survive without the other.
    void catchUp(List<Write> logWrites, List<Write> snapshotWrites) {
        for (; appliedOfLog < logWrites.size(); appliedOfLog++) {
            apply(logWrites.get(appliedOfLog));
        }
        for (; appliedOfSnapshots < snapshotWrites.size(); appliedOfSnapshots++) {
            apply(snapshotWrites.get(appliedOfSnapshots));
        }
    }

    private void apply(Write write) {
        switch (write) {
            case Write.Genesis(var durable) -> {
                group = durable.group();
                if (place.snapshot().index() == 0) {
                    place = new Place(durable.snapshot(), Machine.NEW);
                }
            }
            case Write.State(var newer) -> state = newer;
            case Write.Entries(var entries) -> append(entries);
            case Write.Reset(var snapshot) -> {
                log.clear();
                first = snapshot.index() + 1;
            }
            case Write.Compact(var upTo) -> {
                var gone = (int) Math.clamp(upTo - first + 1, 0L, log.size());
                log.subList(0, gone).clear();
                first += gone;
            }
            case Write.Saved(var snapshot, var machine) -> {
                if (snapshot.index() > place.snapshot().index()) {
                    place = new Place(snapshot, machine);
                }
            }
        }
    }

    private void append(List<Entry> entries) {
        var index = entries.getFirst().index();
        if (index > last() + 1 || index < first) {
            throw new AssertionError(
                    "the log on disk goes from %d to %d, and %d is written".formatted(first, last(), index));
        }
        log.subList((int) (index - first), log.size()).clear();
        log.addAll(entries);
    }

    Durable durable() {
        return new Durable(group, state, place.snapshot(), log);
    }

    Place place() {
        return place;
    }

    long last() {
        return first + log.size() - 1;
    }

    long termAt(long index) {
        if (index < first || index > last()) {
            return index == place.snapshot().index() ? place.snapshot().term() : -1;
        }
        return log.get((int) (index - first)).term();
    }

    /// Whether a restart finds this entry, as such or in a snapshot.
    boolean holds(long index, long term) {
        return index <= place.snapshot().index() || termAt(index) == term;
    }

    List<Entry> read(long from, long to, int most) {
        if (from < first) {
            return List.of();
        }
        var until = Math.min(Math.min(to, last()), from + most - 1);
        return until < from
                ? Collections.emptyList()
                : List.copyOf(log.subList((int) (from - first), (int) (until - first + 1)));
    }
}
