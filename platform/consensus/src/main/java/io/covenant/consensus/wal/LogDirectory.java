package io.covenant.consensus.wal;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/// A directory that one log owns, entered: what it holds, and the lock that keeps others out.
///
/// @param segments opened, the last one to be continued
/// @param cutBytes how much of a torn end was cut
record LogDirectory(
        Storage storage,
        LogOptions options,
        Closeable lock,
        Records records,
        Contents contents,
        Deque<Segment> segments,
        long cutBytes) {

    static LogDirectory create(Storage storage, Identity identity, LogOptions options, LongSupplier salts)
            throws IOException {
        var lock = storage.lock();
        try {
            requireFree(storage, identity);
            var salt = salts.getAsLong();
            new IdentityFile(identity, salt, false).write(storage);
            for (var leftOver : storage.list().stream().filter(Segment::isName).toList()) {
                storage.delete(leftOver);
            }
            SegmentFiles.deleteSpare(storage);
            var records = new Records(salt);
            var contents = new Contents();
            var first = new Segment(1);
            try (var files = new SegmentFiles(storage, options)) {
                first.opened(files.make(first, Checkpoint.of(contents, 0).start(records, first, null)));
            }
            new IdentityFile(identity, salt, true).write(storage);
            return new LogDirectory(storage, options, lock, records, contents, new ArrayDeque<>(List.of(first)), 0);
        } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
        }
    }

    private static void requireFree(Storage storage, Identity identity) throws IOException {
        var found = IdentityFile.read(storage).orElse(null);
        if (found == null) {
            if (storage.list().stream().anyMatch(Segment::isName)) {
                throw new DirectoryRefusedException(
                        "%s holds segments of a log, but not whose: give this node another directory"
                                .formatted(storage.describe("")));
            }
        } else if (found.created() || !found.identity().equals(identity)) {
            throw new DirectoryRefusedException(
                    "%s belongs to %s already: open it as that, or give %s another directory"
                            .formatted(storage.describe(""), found.identity(), identity));
        }
    }

    static LogDirectory open(Storage storage, Identity identity, LogOptions options) throws IOException {
        var lock = storage.lock();
        try {
            var salt = ownSalt(storage, identity);
            SegmentFiles.deleteSpare(storage);
            var recovery = new Recovery(storage, salt, options.preallocate());
            var segments = new ArrayDeque<>(recovery.read());
            // The name of the last segment may not be durable yet if the process died just then.
            storage.force();
            return new LogDirectory(
                    storage, options, lock, new Records(salt), recovery.contents(), segments, recovery.cutBytes());
        } catch (IOException | RuntimeException failure) {
            lock.close();
            throw failure;
        }
    }

    private static long ownSalt(Storage storage, Identity identity) throws IOException {
        var found = IdentityFile.read(storage).orElse(null);
        if (found == null || (found.identity().equals(identity) && !found.created())) {
            throw new DirectoryRefusedException(
                    "%s holds no log of %s: a member that has lost its disk has forgotten its votes; remove it from its group and add it anew"
                            .formatted(storage.describe(""), identity));
        }
        if (!found.identity().equals(identity)) {
            throw new DirectoryRefusedException(
                    "%s belongs to %s, not to %s".formatted(storage.describe(""), found.identity(), identity));
        }
        return found.salt();
    }

    static boolean exists(Storage storage) throws IOException {
        return IdentityFile.read(storage).map(IdentityFile::created).orElse(false);
    }
}
