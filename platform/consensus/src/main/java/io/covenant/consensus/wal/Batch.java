package io.covenant.consensus.wal;

import java.nio.ByteBuffer;

/// Records on their way into one segment by one force.
final class Batch {

    private static final int USUAL = 64 * 1024;
    private static final int KEPT = 1024 * 1024;

    private ByteBuffer bytes = ByteBuffer.allocateDirect(USUAL);
    private Segment segment;
    private int start;

    /// Up to where entries became part of a snapshot, so that segments may be free afterwards.
    long compactsTo;

    Batch(Segment segment) {
        this.segment = segment;
        this.start = segment.tail;
    }

    /// Empties it for records at the tail of this segment.
    Batch into(Segment next) {
        if (bytes.capacity() > KEPT) {
            bytes = ByteBuffer.allocateDirect(USUAL);
        }
        bytes.clear();
        segment = next;
        start = next.tail;
        compactsTo = 0;
        return this;
    }

    Segment segment() {
        return segment;
    }

    /// Where it begins in the segment.
    int start() {
        return start;
    }

    int length() {
        return bytes.position();
    }

    /// The buffer with room for that much more.
    ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            var larger = ByteBuffer.allocateDirect(
                    Math.max(Math.toIntExact(Math.min(2L * bytes.capacity(), 1 << 29)), bytes.position() + more));
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }

    /// What it holds so far, to be read.
    ByteBuffer written() {
        return bytes.duplicate().flip();
    }

    boolean holds(Segment where, int offset) {
        return where == segment && offset >= start && offset < start + bytes.position();
    }
}
