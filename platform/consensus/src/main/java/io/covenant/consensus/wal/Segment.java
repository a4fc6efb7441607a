package io.covenant.consensus.wal;

import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One file of a log.
final class Segment {

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}\\.wal");

    private final long sequence;
    private @Nullable StorageFile file;

    /// Where the next record goes; behind what is written while a batch waits.
    int tail;

    /// How long the file is, so far as that is durable.
    int size;

    /// The highest index that this and older segments can hold alive; known once it is not the last.
    long lastIndex = Long.MAX_VALUE;

    Segment(long sequence) {
        this.sequence = sequence;
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    static long sequenceOf(String name) {
        return Long.parseUnsignedLong(name.substring(0, 16), 16);
    }

    long sequence() {
        return sequence;
    }

    String name() {
        return "%016x.wal".formatted(sequence);
    }

    void opened(StorageFile as) throws IOException {
        file = as;
        size = Math.toIntExact(as.size());
    }

    StorageFile file() {
        if (file == null) {
            throw new IllegalStateException(name() + " is not there yet");
        }
        return file;
    }

    void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
