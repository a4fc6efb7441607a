package io.covenant.consensus.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The end of the log, in memory: all entries after [#base]. What comes before is committed and durable, and
/// is read from disk if somebody asks for it.
final class RaftLog {

    private static final int INITIAL_ROOM = 64;

    /// The entry of index `i` lies at `i` modulo the length, a power of two.
    private @Nullable Entry[] ring = new @Nullable Entry[INITIAL_ROOM];

    private long base;
    private long baseTerm;
    private long last;
    private long bytes;

    RaftLog(long base, long baseTerm) {
        reset(base, baseTerm);
    }

    /// The index before the first entry in memory.
    long base() {
        return base;
    }

    long last() {
        return last;
    }

    long lastTerm() {
        return last == base ? baseTerm : entry(last).term();
    }

    long bytes() {
        return bytes;
    }

    /// The term of an entry, or -1 when it is not here.
    long termAt(long index) {
        if (index < base || index > last) {
            return -1;
        }
        return index == base ? baseTerm : entry(index).term();
    }

    Entry entry(long index) {
        return Objects.requireNonNull(ring[slot(index)]);
    }

    void append(Entry entry) {
        if (entry.index() != last + 1) {
            throw new IllegalStateException("entry " + entry.index() + " does not follow " + last);
        }
        if (last - base == ring.length) {
            grow();
        }
        last++;
        ring[slot(last)] = entry;
        bytes += entry.size();
    }

    void truncateFrom(long index) {
        for (; last >= index; last--) {
            drop(last);
        }
    }

    /// Forgets entries up to here.
    void evictTo(long index) {
        for (var until = Math.min(index, last); base < until; ) {
            baseTerm = entry(base + 1).term();
            drop(base + 1);
            base++;
        }
    }

    /// Forgets all entries; the next one comes after this place.
    void reset(long newBase, long newBaseTerm) {
        Arrays.fill(ring, null);
        base = newBase;
        baseTerm = newBaseTerm;
        last = newBase;
        bytes = 0;
    }

    List<Entry> slice(long from, long to) {
        var entries = new Entry[(int) (to - from + 1)];
        for (var i = 0; i < entries.length; i++) {
            entries[i] = entry(from + i);
        }
        return List.of(entries);
    }

    /// From this index on as many entries as fit, but one at least if there is one.
    List<Entry> slice(long from, int maxBytes) {
        var to = from - 1;
        for (var left = (long) maxBytes; to < last; to++) {
            left -= entry(to + 1).size();
            if (left < 0 && to >= from) {
                break;
            }
        }
        return slice(from, to);
    }

    /// Where the term of this entry begins, but not before `floor`.
    long firstOfTerm(long index, long floor) {
        var term = termAt(index);
        var first = index;
        while (first > floor && termAt(first - 1) == term) {
            first--;
        }
        return first;
    }

    /// The last entry of this term up to an index, or -1.
    long lastOfTerm(long term, long upTo) {
        var index = Math.min(upTo, last);
        while (index > base && termAt(index) > term) {
            index--;
        }
        return termAt(index) == term ? index : -1;
    }

    private int slot(long index) {
        return (int) index & (ring.length - 1);
    }

    private void drop(long index) {
        bytes -= entry(index).size();
        ring[slot(index)] = null;
    }

    private void grow() {
        var entries = new ArrayList<>(slice(base + 1, last));
        ring = new @Nullable Entry[ring.length * 2];
        entries.forEach(entry -> ring[slot(entry.index())] = entry);
    }
}
