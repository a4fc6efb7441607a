package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Makes the files of segments, the next one ahead of time if asked, and deletes them.
final class SegmentFiles implements Closeable {

    private static final String SPARE = "spare.tmp";

    private final Storage storage;
    private final LogOptions options;

    /// Held while the next segment's file is made.
    private final ReentrantLock preparing = new ReentrantLock();

    // Guarded by `preparing`.
    private @Nullable StorageFile spare;
    private boolean closed;

    SegmentFiles(Storage storage, LogOptions options) {
        this.storage = storage;
        this.options = options;
    }

    /// A segment has its name only when its beginning is durable.
    StorageFile make(Segment segment, ByteBuffer start) throws IOException {
        preparing.lock();
        try {
            try (var file = spare == null ? makeSpare() : spare) {
                spare = null;
                file.write(start, 0);
                file.force(true);
            }
            storage.rename(SPARE, segment.name());
            storage.force();
            return storage.open(segment.name());
        } finally {
            preparing.unlock();
        }
    }

    /// Makes a file ready, which takes some writing. May run beside everything else.
    void prepare() throws IOException {
        preparing.lock();
        try {
            if (spare == null && !closed && options.preallocate()) {
                spare = makeSpare();
            }
        } finally {
            preparing.unlock();
        }
    }

    /// Whether nobody has made a file ready, or is about to.
    boolean lacksSpare() {
        if (!preparing.tryLock()) {
            return false;
        }
        try {
            return spare == null && !closed;
        } finally {
            preparing.unlock();
        }
    }

    private StorageFile makeSpare() throws IOException {
        deleteSpare(storage);
        var file = storage.create(SPARE);
        try {
            if (options.preallocate()) {
                zeros(file, 0, options.segmentBytes());
                file.force(true);
            }
            return file;
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    static void deleteSpare(Storage storage) throws IOException {
        if (storage.list().contains(SPARE)) {
            storage.delete(SPARE);
        }
    }

    static void zeros(StorageFile file, int from, int to) throws IOException {
        var zeros = ByteBuffer.allocateDirect(1 << 18);
        for (var at = from; at < to; at += zeros.capacity()) {
            file.write(zeros.clear().limit(Math.min(zeros.capacity(), to - at)), at);
        }
    }

    /// Durably, so that no crash leaves a hole between two that stay.
    void delete(Segment segment) throws IOException {
        segment.close();
        storage.delete(segment.name());
        storage.force();
    }

    @Override
    public void close() throws IOException {
        preparing.lock();
        try {
            closed = true;
            if (spare != null) {
                spare.close();
                spare = null;
            }
        } finally {
            preparing.unlock();
        }
    }
}
