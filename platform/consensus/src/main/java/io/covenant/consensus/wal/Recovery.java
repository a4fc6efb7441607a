package io.covenant.consensus.wal;

import io.covenant.consensus.wal.Records.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the segments of a log once, from the oldest to the newest; cuts a torn end, refuses damage.
final class Recovery {

    private static final String ADVICE =
            "do not start this node on it: restore the whole directory from a copy of this node's own that was made while"
                    + " it was stopped for good, or remove the node from its group and add it anew with an empty directory";

    private final Storage storage;
    private final Records records;
    private final boolean fillWithZeros;
    private final Contents contents = new Contents();
    private long cutBytes;
    private int lastBatch;

    Recovery(Storage storage, long salt, boolean fillWithZeros) {
        this.storage = storage;
        this.records = new Records(salt);
        this.fillWithZeros = fillWithZeros;
    }

    Contents contents() {
        return contents;
    }

    /// How many bytes of the last force were torn and are cut.
    long cutBytes() {
        return cutBytes;
    }

    /// @return the segments, opened; the last one is durable as it was read, and is to be continued
    List<Segment> read() throws IOException {
        var segments = new ArrayList<Segment>();
        try {
            for (var name : storage.list().stream().filter(Segment::isName).toList()) {
                var segment = new Segment(Segment.sequenceOf(name));
                if (!segments.isEmpty() && segments.getLast().sequence() + 1 != segment.sequence()) {
                    throw new DamagedException(
                            "the segment before %s is missing: %s".formatted(storage.describe(segment.name()), ADVICE));
                }
                segment.opened(storage.open(name));
                segments.add(segment);
            }
            if (segments.isEmpty()) {
                throw new DamagedException(
                        "%s has an identity, but its segments are missing: %s".formatted(storage.describe(""), ADVICE));
            }
            replay(segments);
            return segments;
        } catch (IOException | RuntimeException failure) {
            for (var segment : segments) {
                segment.close();
            }
            throw failure;
        }
    }

    private void replay(List<Segment> segments) throws IOException {
        var bytes = load(segments.getFirst());
        var checkpoint = checkpoint(segments.getFirst(), bytes);
        contents.startsAt(checkpoint.base(), checkpoint.baseTerm(), checkpoint.next());
        for (var i = 0; i < segments.size(); i++) {
            var segment = segments.get(i);
            var end = scan(segment, bytes);
            segment.tail = end;
            if (i + 1 == segments.size()) {
                finish(segment, bytes, end);
                continue;
            }
            bytes = load(segments.get(i + 1));
            var next = checkpoint(segments.get(i + 1), bytes);
            if (next.previousEnd() != end) {
                throw damaged(segment, end, "is damaged, and later segments were written after it");
            }
            segment.lastIndex = next.next() - 1;
        }
        if (contents.firstMarked() > contents.baseIndex() + 1) {
            throw new DamagedException("the entries from %d to %d are missing before %s: %s"
                    .formatted(
                            contents.baseIndex() + 1,
                            contents.firstMarked() - 1,
                            storage.describe(segments.getFirst().name()),
                            ADVICE));
        }
    }

    private static ByteBuffer load(Segment segment) throws IOException {
        var bytes = ByteBuffer.allocate(Math.toIntExact(segment.file().size()));
        segment.file().read(bytes, 0);
        return bytes.flip();
    }

    private Checkpoint checkpoint(Segment segment, ByteBuffer bytes) throws DamagedException {
        var fault = records.faultOfSegmentHeader(bytes, segment.sequence());
        if (fault != null) {
            throw new DamagedException("%s %s: %s".formatted(storage.describe(segment.name()), fault, ADVICE));
        }
        var checkpoint = Checkpoint.read(records, segment, bytes);
        if (checkpoint == null) {
            throw damaged(segment, Records.SEGMENT_HEADER, "is damaged, and the segment was forced with it");
        }
        return checkpoint;
    }

    /// Takes in every record up to the first that is not good.
    ///
    /// @return where that is
    private int scan(Segment segment, ByteBuffer bytes) throws DamagedException {
        var at = Records.SEGMENT_HEADER;
        while (true) {
            var header = records.get(bytes, at, segment.sequence(), at);
            if (header == null) {
                return at;
            }
            take(segment, at, header, bytes);
            lastBatch = header.batchStart();
            at += header.size();
        }
    }

    private void take(Segment segment, int at, Header header, ByteBuffer bytes) throws DamagedException {
        switch (header.kind()) {
            case CHECKPOINT -> {
                if (header.index() != contents.baseIndex()) {
                    throw damaged(segment, at, "does not continue the segment before");
                }
            }
            case ENTRY -> {
                if (header.index() != contents.nextIndex()) {
                    throw damaged(
                            segment, at, "is entry %d where %d is due".formatted(header.index(), contents.nextIndex()));
                }
                contents.entry(header.index(), header.term(), segment, at);
            }
            case STATE -> contents.state(payload(bytes, at, header));
            case TRUNCATE -> contents.truncated(header.index());
            case BASE -> contents.compacted(header.index(), header.term());
        }
    }

    private static byte[] payload(ByteBuffer bytes, int at, Header header) {
        var payload = new byte[header.length()];
        bytes.get(at + Records.HEADER, payload);
        return payload;
    }

    /// Makes the last segment end where its records end.
    private void finish(Segment segment, ByteBuffer bytes, int end) throws IOException {
        var proof = laterBatch(segment, bytes, end);
        if (proof != null) {
            throw damaged(
                    segment, end, "is damaged, though it was forced before the one at %d was written".formatted(proof));
        }
        if (!isZero(bytes, end)) {
            cutBytes = (long) bytes.limit() - end;
            segment.file().truncate(end);
            if (fillWithZeros) {
                SegmentFiles.zeros(segment.file(), end, bytes.limit());
            }
        }
        // Whoever reads the log acts on it, so it has to be durable. The last batch may be on its way still. It may
        // also never arrive, if its force failed: the system then shows it to us and thinks it is done with it.
        segment.file().write(bytes.duplicate().position(lastBatch).limit(end), lastBatch);
        segment.file().force(true);
    }

    /// A good record behind the end whose batch begins behind the end too: the end was durable then.
    private @Nullable Integer laterBatch(Segment segment, ByteBuffer bytes, int end) {
        for (var at = end + Records.ALIGNMENT; at + Records.HEADER <= bytes.limit(); at += Records.ALIGNMENT) {
            if (bytes.getInt(at + 8) > end && records.get(bytes, at, segment.sequence(), at) != null) {
                return at;
            }
        }
        return null;
    }

    private static boolean isZero(ByteBuffer bytes, int from) {
        for (var at = from; at < bytes.limit(); at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private DamagedException damaged(Segment segment, int offset, String what) {
        return new DamagedException(
                "the record at byte %d of %s %s: %s".formatted(offset, storage.describe(segment.name()), what, ADVICE));
    }
}
