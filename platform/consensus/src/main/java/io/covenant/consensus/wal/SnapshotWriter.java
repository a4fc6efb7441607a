package io.covenant.consensus.wal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/// A snapshot that is being written; it becomes one by [#commit], and closing it before leaves nothing.
public final class SnapshotWriter extends OutputStream {

    /// Gives what was written its name.
    @FunctionalInterface
    interface Keeping {
        Snapshot keep() throws IOException;
    }

    private final StorageFile file;
    private final Keeping keeping;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final CRC32C crc = new CRC32C();
    private long length;
    private boolean closed;

    SnapshotWriter(StorageFile file, long index, long term, Keeping keeping) {
        this.file = file;
        this.keeping = keeping;
        buffer.put(Snapshot.header(index, term));
    }

    @Override
    public void write(int one) throws IOException {
        if (!buffer.hasRemaining()) {
            drain();
        }
        buffer.put((byte) one);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        for (var done = 0; done < count; ) {
            if (!buffer.hasRemaining()) {
                drain();
            }
            var part = Math.min(buffer.remaining(), count - done);
            buffer.put(bytes, offset + done, part);
            done += part;
        }
    }

    private void drain() throws IOException {
        if (closed) {
            throw new IOException("the snapshot is closed");
        }
        buffer.flip();
        crc.update(buffer.duplicate());
        var count = buffer.remaining();
        file.write(buffer, length);
        length += count;
        buffer.clear();
    }

    /// Durable when it returns.
    public Snapshot commit() throws IOException {
        drain();
        file.write(Snapshot.trailer(length, crc), length);
        file.force(true);
        close();
        return keeping.keep();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        file.close();
    }
}
