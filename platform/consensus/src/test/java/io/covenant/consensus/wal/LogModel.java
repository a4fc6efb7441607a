package io.covenant.consensus.wal;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.TreeMap;

/// What a log is for who has no disk: its state after some appends, as a value.
///
/// @param entries by index: the term and what it carries
record LogModel(long base, long baseTerm, TreeMap<Long, Held> entries, Optional<ByteBuffer> state) {

    record Held(long term, ByteBuffer payload) {}

    static LogModel empty() {
        return new LogModel(0, 0, new TreeMap<>(), Optional.empty());
    }

    /// What there is to read in a log.
    static LogModel of(WriteAheadLog log) throws java.io.IOException {
        var entries = new TreeMap<Long, Held>();
        for (var entry : log.read(log.firstIndex(), Long.MAX_VALUE, Integer.MAX_VALUE)) {
            entries.put(entry.index(), new Held(entry.term(), ByteBuffer.wrap(entry.payload())));
        }
        var base = log.firstIndex() - 1;
        var state = log.state();
        return new LogModel(
                base, log.term(base), entries, Optional.ofNullable(state).map(ByteBuffer::wrap));
    }

    long last() {
        return entries.isEmpty() ? base : entries.lastKey();
    }

    LogModel append(long index, long term, byte[] payload) {
        var more = new TreeMap<>(entries);
        more.put(index, new Held(term, ByteBuffer.wrap(payload)));
        return new LogModel(base, baseTerm, more, state);
    }

    LogModel truncateFrom(long index) {
        return new LogModel(base, baseTerm, new TreeMap<>(entries.headMap(index)), state);
    }

    LogModel compactTo(long index, long term) {
        return index <= base ? this : new LogModel(index, term, new TreeMap<>(entries.tailMap(index, false)), state);
    }

    LogModel withState(byte[] now) {
        return new LogModel(base, baseTerm, entries, Optional.of(ByteBuffer.wrap(now)));
    }

    String brief() {
        return "base %d of term %d, last %d, state %s"
                .formatted(base, baseTerm, last(), state.map(ByteBuffer::hashCode));
    }
}
