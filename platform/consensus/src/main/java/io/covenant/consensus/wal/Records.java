package io.covenant.consensus.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// How records and segment headers look on disk; numbers are big-endian.
///
/// ```text
/// segment   magic 8 | version 4 | crc 4 | sequence 8 | salt 8 | 0 ..64
/// record    crc 4 | length 4 | batch start 4 | kind 1 | 0 3 | index 8 | term 8 | payload | 0 up to a multiple of 8
/// ```
///
/// A record's CRC covers all behind it but the padding, and before that the log's salt, the segment's
/// sequence and the record's place in it: a record is good in one place only, however bytes came there.
/// The salt is drawn when the log is made, so no client can put a record into a payload.
final class Records {

    static final int HEADER = 32;
    static final int SEGMENT_HEADER = 64;
    static final int ALIGNMENT = 8;
    static final int LARGEST_PAYLOAD = 64 * 1024 * 1024;

    private static final long MAGIC = 0x434F56454E57414CL; // COVENWAL
    private static final int VERSION = 1;

    /// What a record says.
    enum Kind {
        /// First of every segment: base, next index, where the segment before ended.
        CHECKPOINT(1),
        ENTRY(2),
        /// Term, vote and the like; the latest counts.
        STATE(3),
        /// Entries from this index on are void.
        TRUNCATE(4),
        /// Entries up to this index are in a snapshot.
        BASE(5);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        static @Nullable Kind of(byte code) {
            for (var kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    /// A good record.
    record Header(Kind kind, int length, int batchStart, long index, long term) {
        int size() {
            return Records.size(length);
        }
    }

    private final long salt;
    private final ByteBuffer place = ByteBuffer.allocate(24);
    private final CRC32C crc = new CRC32C();

    /// Not for two threads at once.
    Records(long salt) {
        this.salt = salt;
    }

    /// How much a record with a payload of this length takes.
    static int size(int length) {
        return (HEADER + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /// Puts a record at the buffer's position.
    void put(
            ByteBuffer target,
            long sequence,
            int offset,
            int batchStart,
            Kind kind,
            long index,
            long term,
            ByteBuffer payload) {
        var start = target.position();
        var length = payload.remaining();
        target.putInt(0)
                .putInt(length)
                .putInt(batchStart)
                .put(kind.code)
                .put((byte) 0)
                .putShort((short) 0)
                .putLong(index)
                .putLong(term)
                .put(payload.duplicate());
        while (target.position() < start + size(length)) {
            target.put((byte) 0);
        }
        target.putInt(start, checksum(target, start, length, sequence, offset));
    }

    /// The record at this place of the buffer, or nothing when there is no good one.
    ///
    /// @param at     absolute place in the buffer, with the whole record behind it or its end
    /// @param offset where that is in the segment
    @Nullable
    Header get(ByteBuffer source, int at, long sequence, int offset) {
        if (source.limit() - at < HEADER) {
            return null;
        }
        var length = source.getInt(at + 4);
        var batchStart = source.getInt(at + 8);
        var kind = Kind.of(source.get(at + 12));
        if (kind == null
                || length < 0
                || length > LARGEST_PAYLOAD
                || batchStart < SEGMENT_HEADER
                || batchStart > offset
                || source.limit() - at < size(length)) {
            return null;
        }
        return source.getInt(at) == checksum(source, at, length, sequence, offset)
                ? new Header(kind, length, batchStart, source.getLong(at + 16), source.getLong(at + 24))
                : null;
    }

    /// What the record at this place claims to take, or a header's size when that cannot be.
    static int claimedSize(ByteBuffer source, int at) {
        var length = source.getInt(at + 4);
        return length < 0 || length > LARGEST_PAYLOAD ? HEADER : size(length);
    }

    private int checksum(ByteBuffer bytes, int start, int length, long sequence, int offset) {
        crc.reset();
        crc.update(place.clear().putLong(salt).putLong(sequence).putLong(offset).flip());
        crc.update(bytes.duplicate().position(start + 4).limit(start + HEADER + length));
        return (int) crc.getValue();
    }

    void putSegmentHeader(ByteBuffer target, long sequence) {
        var start = target.position();
        target.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(sequence).putLong(salt);
        while (target.position() < start + SEGMENT_HEADER) {
            target.put((byte) 0);
        }
        target.putInt(start + 12, segmentChecksum(sequence));
    }

    /// Why this is not the header of that segment of this log, or nothing when it is.
    @Nullable
    String faultOfSegmentHeader(ByteBuffer source, long sequence) {
        if (source.remaining() < SEGMENT_HEADER) {
            return "is too short for its header";
        }
        var start = source.position();
        if (source.getLong(start) != MAGIC) {
            return "does not begin like a segment of a log";
        }
        if (source.getInt(start + 8) != VERSION) {
            return "has version %d, this program reads version %d".formatted(source.getInt(start + 8), VERSION);
        }
        if (source.getLong(start + 24) != salt) {
            return "belongs to another log";
        }
        if (source.getLong(start + 16) != sequence || source.getInt(start + 12) != segmentChecksum(sequence)) {
            return "has a damaged header";
        }
        return null;
    }

    private int segmentChecksum(long sequence) {
        crc.reset();
        crc.update(place.clear()
                .putLong(salt)
                .putLong(sequence)
                .putLong(MAGIC + VERSION)
                .flip());
        return (int) crc.getValue();
    }
}
