package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A whole snapshot on disk, to be read as a stream or sent in chunks. It can be read while newer ones are
/// kept and this one is deleted.
public final class Snapshot implements Closeable {

    static final int HEADER = 32;
    static final int TRAILER = 16;

    private static final long MAGIC = 0x434F56454E534E50L; // COVENSNP
    private static final int VERSION = 1;
    private static final int BUFFER = 64 * 1024;

    private final StorageFile file;
    private final long index;
    private final long term;
    private final long size;

    private Snapshot(StorageFile file, long index, long term, long size) {
        this.file = file;
        this.index = index;
        this.term = term;
        this.size = size;
    }

    static ByteBuffer header(long index, long term) {
        return ByteBuffer.allocate(HEADER)
                .putLong(MAGIC)
                .putInt(VERSION)
                .putInt(0)
                .putLong(index)
                .putLong(term)
                .flip();
    }

    /// What stands at the end: how many bytes there are before it, and their CRC.
    static ByteBuffer trailer(long length, CRC32C crc) {
        return ByteBuffer.allocate(TRAILER)
                .putLong(length)
                .putLong(crc.getValue())
                .flip();
    }

    /// Reads it through once.
    static Snapshot open(StorageFile file, String where, long index, long term) throws IOException {
        try {
            var fault = fault(file, index, term);
            if (fault != null) {
                throw new DamagedException("the snapshot %s %s; it is not used".formatted(where, fault));
            }
            return new Snapshot(file, index, term, file.size());
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    private static @Nullable String fault(StorageFile file, long index, long term) throws IOException {
        var length = file.size() - TRAILER;
        if (length < HEADER) {
            return "is cut short";
        }
        var buffer = ByteBuffer.allocate(BUFFER);
        file.read(buffer.limit(HEADER), 0);
        if (!buffer.flip().equals(header(index, term))) {
            return "is not the one of entry %d of term %d".formatted(index, term);
        }
        var crc = new CRC32C();
        for (var at = 0L; at < length; ) {
            buffer.clear().limit((int) Math.min(BUFFER, length - at));
            at += file.read(buffer, at);
            crc.update(buffer.flip());
        }
        file.read(buffer.clear().limit(TRAILER), length);
        return buffer.flip().equals(trailer(length, crc)) ? null : "is damaged";
    }

    /// The last entry that it holds.
    public long index() {
        return index;
    }

    public long term() {
        return term;
    }

    /// How many bytes there are to send.
    public long size() {
        return size;
    }

    /// Reads a chunk to be sent.
    ///
    /// @return how many bytes it has, fewer than there is room only at the end
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
    }

    /// What the state machine wrote.
    public InputStream content() {
        return new Content();
    }

    private final class Content extends InputStream {

        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).flip();
        private long at = HEADER;

        @Override
        public int read() throws IOException {
            return fill() ? buffer.get() & 0xFF : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            var count = Math.min(length, buffer.remaining());
            buffer.get(target, offset, count);
            return count;
        }

        private boolean fill() throws IOException {
            if (!buffer.hasRemaining()) {
                buffer.clear().limit((int) Math.min(BUFFER, size - TRAILER - at));
                at += file.read(buffer, at);
                buffer.flip();
            }
            return buffer.hasRemaining();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
