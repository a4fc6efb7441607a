package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file that is written and read at given places.
public interface StorageFile extends Closeable {

    long size() throws IOException;

    /// Writes all that remains in the buffer, beyond the end as well.
    void write(ByteBuffer source, long position) throws IOException;

    /// Reads until the buffer is full or the file ends.
    ///
    /// @return how many bytes were read
    int read(ByteBuffer target, long position) throws IOException;

    void truncate(long size) throws IOException;

    /// From here on all that was written survives. When this fails nobody knows what does: the file must not
    /// be trusted any more.
    ///
    /// @param grown whether the size has changed since the last time
    void force(boolean grown) throws IOException;
}
