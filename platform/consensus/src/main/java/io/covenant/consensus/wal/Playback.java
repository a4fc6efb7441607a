package io.covenant.consensus.wal;

import io.covenant.consensus.wal.Records.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads entries of a living log back: from memory while they are on their way, else from the files, with
/// some more read ahead. Not for two threads at once, and not while somebody appends.
final class Playback {

    private static final int READ_BYTES = 64 * 1024;
    private static final String ADVICE = "the disk of this node fails, end it and replace the disk";

    private final Storage storage;
    private final Records records;
    private final Contents contents;
    private final Batches batches;
    private ByteBuffer window = ByteBuffer.allocate(READ_BYTES);
    private @Nullable Segment windowOf;
    private int windowStart;

    Playback(Storage storage, Records records, Contents contents, Batches batches) {
        this.storage = storage;
        this.records = records;
        this.contents = contents;
        this.batches = batches;
    }

    /// Entries from one index up to before another: as many as fit into so many bytes, but always the first.
    List<Entry> entries(long from, long to, int mostBytes) throws IOException {
        var entries = new ArrayList<Entry>();
        var mark = contents.markBefore(from);
        if (from >= to || mark == null) {
            return entries;
        }
        var room = (long) mostBytes;
        var segment = mark.getValue().segment();
        var offset = mark.getValue().offset();
        forget();
        for (var due = from; due < to; ) {
            var jump = contents.markAt(due);
            if (jump != null) {
                segment = jump.segment();
                offset = jump.offset();
            }
            var bytes = at(segment, offset, Records.HEADER);
            var index = bytes.getLong(bytes.position() + 16);
            var kind = bytes.get(bytes.position() + 12);
            var size = Records.claimedSize(bytes, bytes.position());
            if (index == due && Kind.of(kind) == Kind.ENTRY) {
                var entry = entry(segment, offset, size);
                room -= entry.payload().length;
                if (room < 0 && !entries.isEmpty()) {
                    break;
                }
                entries.add(entry);
                due++;
            }
            offset += size;
        }
        forget();
        return entries;
    }

    private Entry entry(Segment segment, int offset, int size) throws IOException {
        var bytes = at(segment, offset, size);
        var at = bytes.position();
        var header = records.get(bytes, at, segment.sequence(), offset);
        if (header == null) {
            throw new DamagedException("the record at byte %d of %s was good and is damaged now: %s"
                    .formatted(offset, storage.describe(segment.name()), ADVICE));
        }
        var payload = new byte[header.length()];
        bytes.get(at + Records.HEADER, payload);
        return new Entry(header.index(), header.term(), payload);
    }

    private void forget() {
        windowOf = null;
        if (window.capacity() > READ_BYTES) {
            window = ByteBuffer.allocate(READ_BYTES);
        }
    }

    /// @return a buffer whose position is at this offset, with at least `length` behind it
    private ByteBuffer at(Segment segment, int offset, int length) throws IOException {
        var batch = batches.holding(segment, offset);
        if (batch != null) {
            return batch.written().position(offset - batch.start());
        }
        if (windowOf != segment || offset < windowStart || offset + length > windowStart + window.limit()) {
            fill(segment, offset, length);
        }
        return window.duplicate().position(offset - windowStart);
    }

    private void fill(Segment segment, int offset, int length) throws IOException {
        var inFile = batches.writtenOf(segment);
        if (window.capacity() < length) {
            window = ByteBuffer.allocate(length);
        }
        windowOf = null;
        window.clear().limit(Math.min(window.capacity(), Math.max(0, inFile - offset)));
        segment.file().read(window, offset);
        window.flip();
        if (window.limit() < length) {
            throw new DamagedException("%s ends at byte %d, in the middle of a record: %s"
                    .formatted(storage.describe(segment.name()), offset + window.limit(), ADVICE));
        }
        windowOf = segment;
        windowStart = offset;
    }
}
