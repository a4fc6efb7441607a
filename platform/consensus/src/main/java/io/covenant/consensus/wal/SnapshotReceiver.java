package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A snapshot that arrives in chunks, in their order; what comes twice is not taken twice.
public final class SnapshotReceiver implements Closeable {

    private final StorageFile file;
    private final String where;
    private final long index;
    private final long term;
    private final SnapshotWriter.Keeping keeping;
    private long received;

    SnapshotReceiver(StorageFile file, String where, long index, long term, SnapshotWriter.Keeping keeping) {
        this.file = file;
        this.where = where;
        this.index = index;
        this.term = term;
        this.keeping = keeping;
    }

    public long index() {
        return index;
    }

    public long term() {
        return term;
    }

    /// Where the next chunk has to begin.
    public long received() {
        return received;
    }

    /// Takes a chunk, or the part of it that is new; a chunk behind a gap is not taken.
    ///
    /// @return where the next chunk has to begin
    public long accept(long position, ByteBuffer chunk) throws IOException {
        var known = received - position;
        if (known >= 0 && known < chunk.remaining()) {
            var fresh = chunk.duplicate().position(chunk.position() + (int) known);
            var count = fresh.remaining();
            file.write(fresh, received);
            received += count;
        }
        return received;
    }

    /// All is here: durable when it returns.
    ///
    /// @throws DamagedException when it is not whole; it has to be sent anew
    public Snapshot commit() throws IOException {
        file.force(true);
        Snapshot.open(file, where, index, term).close();
        return keeping.keep();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
