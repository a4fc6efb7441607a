package io.covenant.consensus.wal;

import io.covenant.consensus.wal.Records.Kind;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// How the log stood when a segment began: the first record of each, so that older segments can go.
///
/// @param next        the index that is due
/// @param previousEnd where the segment before ended
record Checkpoint(long base, long baseTerm, long next, int previousEnd) {

    private static final int BYTES = 16;

    static Checkpoint of(Contents contents, int previousEnd) {
        return new Checkpoint(contents.baseIndex(), contents.baseTerm(), contents.nextIndex(), previousEnd);
    }

    /// How this segment begins; afterwards its tail is behind that.
    ByteBuffer start(Records records, Segment segment, byte @Nullable [] state) {
        var bytes = ByteBuffer.allocate(
                Records.SEGMENT_HEADER + Records.size(BYTES) + (state == null ? 0 : Records.size(state.length)));
        records.putSegmentHeader(bytes, segment.sequence());
        var payload =
                ByteBuffer.allocate(BYTES).putLong(next).putLong(previousEnd).flip();
        put(bytes, records, segment, Kind.CHECKPOINT, base, baseTerm, payload);
        if (state != null) {
            put(bytes, records, segment, Kind.STATE, 0, 0, ByteBuffer.wrap(state));
        }
        segment.tail = bytes.position();
        return bytes.flip();
    }

    private static void put(
            ByteBuffer bytes, Records records, Segment segment, Kind kind, long index, long term, ByteBuffer payload) {
        records.put(bytes, segment.sequence(), bytes.position(), Records.SEGMENT_HEADER, kind, index, term, payload);
    }

    /// The one that a segment begins with, or nothing when it is not good.
    static @Nullable Checkpoint read(Records records, Segment segment, ByteBuffer bytes) {
        var header = records.get(bytes, Records.SEGMENT_HEADER, segment.sequence(), Records.SEGMENT_HEADER);
        if (header == null || header.kind() != Kind.CHECKPOINT || header.length() != BYTES) {
            return null;
        }
        var payload = Records.SEGMENT_HEADER + Records.HEADER;
        return new Checkpoint(
                header.index(), header.term(), bytes.getLong(payload), Math.toIntExact(bytes.getLong(payload + 8)));
    }
}
