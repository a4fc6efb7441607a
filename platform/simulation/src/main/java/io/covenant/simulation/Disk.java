package io.covenant.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A log that survives crashes as far as it was forced.
///
/// A write is readable at once. A crash keeps all that was forced and, of the rest, some first part that
/// the dice choose: what was not forced may have reached the platters all the same, but never a later write
/// without an earlier one.
///
/// @param <W> what is written, immutable
public final class Disk<W> {

    private final List<W> writes = new ArrayList<>();
    private int forced;

    Disk() {}

    public void write(W write) {
        writes.add(write);
    }

    /// From here on all writes so far survive.
    public void force() {
        forced = writes.size();
    }

    /// All writes, oldest first.
    public List<W> contents() {
        return Collections.unmodifiableList(writes);
    }

    void crash(Dice dice) {
        var kept = forced + dice.below(writes.size() - forced + 1);
        writes.subList(kept, writes.size()).clear();
        forced = kept;
    }
}
