package io.covenant.consensus.wal;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the records of a log come to, told in their order: by whoever appends, and by recovery.
///
/// Of the entries it knows only where some of them are, one in every 16 KiB of log. So it takes well under a
/// hundredth of what the log takes on disk.
final class Contents {

    static final long UNKNOWN = -1;

    private static final int MARK_BYTES = 16 * 1024;

    record Location(Segment segment, int offset) {}

    /// Between two marks the entries stand in order, one after the other.
    private final TreeMap<Long, Location> marks = new TreeMap<>();

    private long baseIndex;
    private long baseTerm;
    private long nextIndex = 1;
    private long lastTerm;
    private byte @Nullable [] state;
    private @Nullable Location lastMark;

    void startsAt(long base, long termOfBase, long next) {
        baseIndex = base;
        baseTerm = termOfBase;
        nextIndex = next;
        lastTerm = next == base + 1 ? termOfBase : UNKNOWN;
    }

    long baseIndex() {
        return baseIndex;
    }

    long baseTerm() {
        return baseTerm;
    }

    long nextIndex() {
        return nextIndex;
    }

    /// The term of the last entry, or [#UNKNOWN].
    long lastTerm() {
        return lastTerm;
    }

    byte @Nullable [] state() {
        return state;
    }

    void entry(long index, long term, Segment segment, int offset) {
        if (lastMark == null || lastMark.segment() != segment || offset - lastMark.offset() >= MARK_BYTES) {
            lastMark = new Location(segment, offset);
            marks.put(index, lastMark);
        }
        nextIndex = index + 1;
        lastTerm = term;
    }

    void state(byte[] now) {
        state = now;
    }

    void truncated(long from) {
        marks.tailMap(from, true).clear();
        lastMark = null;
        nextIndex = from;
        lastTerm = from == baseIndex + 1 ? baseTerm : UNKNOWN;
    }

    void compacted(long index, long term) {
        if (index <= baseIndex) {
            return;
        }
        baseIndex = index;
        baseTerm = term;
        if (index >= nextIndex) {
            marks.clear();
            lastMark = null;
            nextIndex = index + 1;
            lastTerm = term;
            return;
        }
        if (index + 1 == nextIndex) {
            lastTerm = term;
        }
        var needed = marks.floorKey(index + 1);
        if (needed != null) {
            marks.headMap(needed, false).clear();
        }
    }

    /// Where to begin looking for this entry.
    Map.@Nullable Entry<Long, Location> markBefore(long index) {
        return marks.floorEntry(index);
    }

    /// Where this entry is, if it has a mark.
    @Nullable
    Location markAt(long index) {
        return marks.get(index);
    }

    /// The lowest index in the files, if any entry is.
    long firstMarked() {
        return marks.isEmpty() ? nextIndex : marks.firstKey();
    }
}
