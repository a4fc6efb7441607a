package io.covenant.consensus.wal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The newest snapshots of a state machine, written and read as streams.
///
/// A snapshot has its name only when it is whole and durable, and it is read through once before anybody
/// gets it: a damaged one is reported and set aside, never returned. The store belongs in the directory of a
/// [WriteAheadLog], whose lock keeps others out. One thread writes at a time.
public final class SnapshotStore {

    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})\\.snapshot");
    private static final String UNFINISHED = "snapshot.tmp";
    private static final String RECEIVING = "snapshot-received.tmp";
    private static final String DAMAGED = ".damaged";

    private final Storage storage;
    private final int kept;
    private final Consumer<String> warnings;

    /// @param kept     how many snapshots stay, at least one
    /// @param warnings hears of every damaged one
    public SnapshotStore(Storage storage, int kept, Consumer<String> warnings) throws IOException {
        if (kept < 1) {
            throw new IllegalArgumentException("at least one snapshot has to stay");
        }
        this.storage = storage;
        this.kept = kept;
        this.warnings = warnings;
        for (var leftOver : List.of(UNFINISHED, RECEIVING)) {
            delete(leftOver);
        }
    }

    /// Begins a snapshot of the state that the entries up to this one led to.
    public SnapshotWriter write(long index, long term) throws IOException {
        delete(UNFINISHED);
        return new SnapshotWriter(storage.create(UNFINISHED), index, term, () -> keep(UNFINISHED, index, term));
    }

    /// Begins to receive a snapshot of another member, as its [Snapshot] reads it.
    public SnapshotReceiver receive(long index, long term) throws IOException {
        delete(RECEIVING);
        return new SnapshotReceiver(
                storage.create(RECEIVING),
                storage.describe(RECEIVING),
                index,
                term,
                () -> keep(RECEIVING, index, term));
    }

    private Snapshot keep(String written, long index, long term) throws IOException {
        var name = "%016x-%016x.snapshot".formatted(index, term);
        storage.rename(written, name);
        storage.force();
        var names = names();
        for (var old : names.subList(Math.min(kept, names.size()), names.size())) {
            storage.delete(old);
        }
        return open(name);
    }

    /// The newest whole snapshot. An older one than what the log was compacted to is of no use: who finds
    /// that has to stop.
    ///
    /// @throws DamagedException when there are snapshots and all of them are damaged
    public Optional<Snapshot> newest() throws IOException {
        var names = names();
        for (var name : names) {
            try {
                return Optional.of(open(name));
            } catch (DamagedException damaged) {
                warnings.accept(damaged.getMessage());
                storage.rename(name, name + DAMAGED);
                storage.force();
            }
        }
        if (!names.isEmpty() || storage.list().stream().anyMatch(name -> name.endsWith(DAMAGED))) {
            throw new DamagedException(
                    "every snapshot in %s is damaged: remove this node from its group and add it anew with an empty directory"
                            .formatted(storage.describe("")));
        }
        return Optional.empty();
    }

    private Snapshot open(String name) throws IOException {
        var matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(name);
        }
        return Snapshot.open(
                storage.open(name),
                storage.describe(name),
                Long.parseUnsignedLong(matcher.group(1), 16),
                Long.parseUnsignedLong(matcher.group(2), 16));
    }

    /// Newest first.
    private List<String> names() throws IOException {
        var names = new ArrayList<>(storage.list().stream()
                .filter(name -> NAME.matcher(name).matches())
                .toList());
        names.sort(Comparator.reverseOrder());
        return names;
    }

    private void delete(String name) throws IOException {
        if (storage.list().contains(name)) {
            storage.delete(name);
        }
    }
}
