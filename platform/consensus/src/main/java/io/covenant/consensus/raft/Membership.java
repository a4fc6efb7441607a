package io.covenant.consensus.raft;

import java.util.ArrayList;
import java.util.List;

/// Who the members are by the log: the newest entry that says so counts, committed or not, and when it is
/// overwritten the one before counts again.
///
/// Source: Ongaro, dissertation, §4.1.
final class Membership {

    private record Since(long index, Members members) {}

    /// Oldest first, never empty.
    private final List<Since> history = new ArrayList<>();

    Membership(Snapshot snapshot) {
        reset(snapshot);
    }

    Members current() {
        return history.getLast().members();
    }

    /// The index of the newest change.
    long changedAt() {
        return history.getLast().index();
    }

    Members at(long index) {
        var i = history.size() - 1;
        while (i > 0 && history.get(i).index() > index) {
            i--;
        }
        return history.get(i).members();
    }

    void appended(Entry entry) {
        if (entry.payload() instanceof Payload.Reconfigure(var members)) {
            history.add(new Since(entry.index(), members));
        }
    }

    void truncatedFrom(long index) {
        while (history.size() > 1 && history.getLast().index() >= index) {
            history.removeLast();
        }
    }

    /// Entries up to here will not be overwritten any more.
    void settledTo(long index) {
        while (history.size() > 1 && history.get(1).index() <= index) {
            history.removeFirst();
        }
    }

    /// Only what the snapshot says counts, and changes after it.
    void restored(Snapshot snapshot) {
        history.removeIf(since -> since.index() <= snapshot.index());
        history.addFirst(new Since(snapshot.index(), snapshot.members()));
    }

    void reset(Snapshot snapshot) {
        history.clear();
        history.add(new Since(snapshot.index(), snapshot.members()));
    }
}
