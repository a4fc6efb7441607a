package io.covenant.consensus.wal;

import io.covenant.consensus.wal.Records.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The entries of a replica, the latest of its small states, and nothing that was not forced is promised.
///
/// Appending only fills a buffer; [#force] makes all that was appended before durable at once. Entries have
/// indexes without gaps. Their end is taken back by [#truncateFrom], their beginning by [#compactTo] once a
/// snapshot holds it: then whole segments are deleted. The latest [#putState] survives in any case.
///
/// Any thread may call anything; one that appends is not delayed by another that forces. [GroupCommit] lets
/// many share one force. When a write or a force fails the log is broken for good and says so to everybody,
/// see [BrokenLogException].
public final class WriteAheadLog implements Closeable {

    private static final int STATE_BYTES = 64 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Storage storage;
    private final LogOptions options;
    private final Closeable directoryLock;
    private final long cutBytes;
    private final SegmentFiles files;

    /// Held while a file is written; never taken by who holds `lock`.
    private final ReentrantLock forcing = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by `lock`.
    private final Records records;
    private final Contents contents;
    private final Deque<Segment> segments;
    private final Batches batches;
    private final Playback playback;
    private long appended;
    private long durable;
    private @Nullable BrokenLogException broken;
    private boolean closed;

    /// Makes a log in a directory that has none: for a member of a group that is being founded, or for one
    /// that joins a group and may not vote before it has been admitted. A creation that was interrupted is
    /// started again.
    ///
    /// @throws DirectoryRefusedException when there is a log already, or something else
    public static WriteAheadLog create(Storage storage, Identity identity, LogOptions options) throws IOException {
        return create(storage, identity, options, new SecureRandom()::nextLong);
    }

    static WriteAheadLog create(Storage storage, Identity identity, LogOptions options, LongSupplier salts)
            throws IOException {
        return new WriteAheadLog(LogDirectory.create(storage, identity, options, salts));
    }

    /// Opens the log of this member, with all that was forced.
    ///
    /// @throws DirectoryRefusedException when the directory is empty or somebody else's
    /// @throws DamagedException          when something that was durable is not as it was written
    public static WriteAheadLog open(Storage storage, Identity identity, LogOptions options) throws IOException {
        return new WriteAheadLog(LogDirectory.open(storage, identity, options));
    }

    /// Whether a log was ever made here.
    public static boolean exists(Storage storage) throws IOException {
        return LogDirectory.exists(storage);
    }

    private WriteAheadLog(LogDirectory directory) {
        storage = directory.storage();
        options = directory.options();
        directoryLock = directory.lock();
        cutBytes = directory.cutBytes();
        files = new SegmentFiles(storage, options);
        records = directory.records();
        contents = directory.contents();
        segments = directory.segments();
        batches = new Batches(segments.getLast());
        playback = new Playback(storage, records, contents, batches);
    }

    // ---- appending

    /// Adds an entry behind the last.
    ///
    /// @param index the next one
    /// @return which record it is, to compare with what [#force] returns
    public long append(long index, long term, ByteBuffer payload) throws IOException {
        requireRoom(payload.remaining(), options.recordBytes());
        lock.lock();
        try {
            requireSound();
            if (index != contents.nextIndex()) {
                throw new IllegalArgumentException("entry %d where %d is due".formatted(index, contents.nextIndex()));
            }
            var segment = batches.filling().segment();
            var offset = put(Kind.ENTRY, index, term, payload);
            contents.entry(index, term, segment, offset);
            return appended;
        } finally {
            lock.unlock();
        }
    }

    public long append(Entry entry) throws IOException {
        return append(entry.index(), entry.term(), ByteBuffer.wrap(entry.payload()));
    }

    /// Replaces the small state, such as term and vote.
    public long putState(byte[] state) throws IOException {
        requireRoom(state.length, STATE_BYTES);
        lock.lock();
        try {
            requireSound();
            put(Kind.STATE, 0, 0, ByteBuffer.wrap(state));
            contents.state(state.clone());
            return appended;
        } finally {
            lock.unlock();
        }
    }

    /// Takes back the entries from this index on; none of them may be part of a snapshot.
    public long truncateFrom(long index) throws IOException {
        requireRoom(0, 0);
        lock.lock();
        try {
            requireSound();
            if (index <= contents.baseIndex()) {
                throw new IllegalArgumentException(
                        "entry %d is in the snapshot up to %d and stays".formatted(index, contents.baseIndex()));
            }
            if (index < contents.nextIndex()) {
                put(Kind.TRUNCATE, index, 0, NOTHING);
                contents.truncated(index);
            }
            return appended;
        } finally {
            lock.unlock();
        }
    }

    /// Says that a durable snapshot holds all up to this index. Entries behind it stay; when it is behind
    /// the last, the next entry is the one after it.
    public long compactTo(long index, long term) throws IOException {
        requireRoom(0, 0);
        lock.lock();
        try {
            requireSound();
            if (index > contents.baseIndex()) {
                put(Kind.BASE, index, term, NOTHING);
                contents.compacted(index, term);
                batches.filling().compactsTo = index;
            }
            return appended;
        } finally {
            lock.unlock();
        }
    }

    /// Begins anew behind a snapshot that another member sent: no entry stays.
    public long restartAt(long index, long term) throws IOException {
        lock.lock();
        try {
            truncateFrom(contents.baseIndex() + 1);
            return compactTo(index, term);
        } finally {
            lock.unlock();
        }
    }

    private void requireRoom(int length, int most) throws IOException {
        if (length > most) {
            throw new IllegalArgumentException("%d bytes in a record for %d".formatted(length, most));
        }
        if (pendingBytes() + Records.size(length) > options.pendingBytes() && !lock.isHeldByCurrentThread()) {
            force();
        }
    }

    /// @return where the record begins in the segment
    private int put(Kind kind, long index, long term, ByteBuffer payload) {
        var batch = batches.filling();
        var segment = batch.segment();
        var offset = segment.tail;
        var size = Records.size(payload.remaining());
        records.put(batch.room(size), segment.sequence(), offset, batch.start(), kind, index, term, payload);
        segment.tail += size;
        appended++;
        return offset;
    }

    // ---- forcing

    /// Makes all that was appended before durable, unless it is. Not for threads that are interrupted: an
    /// interrupt in the middle of a write closes the file under it, and the log is broken.
    ///
    /// @return up to which record all is durable
    public long force() throws IOException {
        forcing.lock();
        try {
            Batch batch;
            long upTo;
            Segment next = null;
            ByteBuffer start = null;
            lock.lock();
            try {
                requireSound();
                upTo = appended;
                if (batches.filling().length() == 0) {
                    return durable;
                }
                var into = batches.filling().segment();
                if (into.tail >= options.segmentBytes()) {
                    into.lastIndex = contents.nextIndex() - 1;
                    next = new Segment(into.sequence() + 1);
                    start = Checkpoint.of(contents, into.tail).start(records, next, contents.state());
                    segments.addLast(next);
                    into = next;
                }
                batch = batches.depart(into);
            } finally {
                lock.unlock();
            }
            write(batch);
            if (batch.compactsTo > 0) {
                // Before a new segment is made: a disk that is full gets room for it.
                deleteCompacted(batch.compactsTo, batch.segment().sequence());
            }
            if (next != null && start != null) {
                opened(next, files.make(next, start));
            }
            landed(upTo);
            return upTo;
        } catch (BrokenLogException known) {
            throw known;
        } catch (IOException failure) {
            throw breakWith(failure);
        } catch (RuntimeException bug) {
            breakWith(new IOException(bug));
            throw bug;
        } finally {
            forcing.unlock();
        }
    }

    private void write(Batch batch) throws IOException {
        var segment = batch.segment();
        var end = batch.start() + batch.length();
        segment.file().write(batch.written(), batch.start());
        segment.file().force(end > segment.size);
        segment.size = Math.max(segment.size, end);
    }

    private void opened(Segment next, StorageFile file) throws IOException {
        lock.lock();
        try {
            next.opened(file);
        } finally {
            lock.unlock();
        }
    }

    private void landed(long upTo) {
        lock.lock();
        try {
            batches.landed();
            durable = upTo;
        } finally {
            lock.unlock();
        }
    }

    /// Makes the file of the next segment ready, which takes some writing; otherwise the force that needs
    /// it does. May run beside everything else.
    public void prepareNextSegment() throws IOException {
        files.prepare();
    }

    /// Whether it is time for [#prepareNextSegment].
    public boolean needsNextSegment() {
        return options.preallocate() && isHalfFull() && files.lacksSpare();
    }

    private boolean isHalfFull() {
        lock.lock();
        try {
            return batches.filling().segment().tail >= options.segmentBytes() / 2 && broken == null && !closed;
        } finally {
            lock.unlock();
        }
    }

    /// @param upTo durably the base; a later one may be on its way
    /// @param last the newest segment that is on disk; it stays
    private void deleteCompacted(long upTo, long last) throws IOException {
        while (true) {
            Segment oldest;
            lock.lock();
            try {
                oldest = segments.getFirst();
                if (oldest.sequence() == last || oldest.lastIndex > upTo) {
                    return;
                }
                segments.removeFirst();
            } finally {
                lock.unlock();
            }
            files.delete(oldest);
        }
    }

    private BrokenLogException breakWith(IOException failure) {
        lock.lock();
        try {
            if (broken == null) {
                broken = BrokenLogException.of(storage.describe(""), failure);
            }
            return broken;
        } finally {
            lock.unlock();
        }
    }

    private void requireSound() throws BrokenLogException {
        if (broken != null) {
            throw broken.again();
        }
        if (closed) {
            throw new IllegalStateException("the log in %s is closed".formatted(storage.describe("")));
        }
    }

    // ---- reading

    /// Entries from one index up to before another, or up to the last: as many as there are, and as fit
    /// into so many bytes, but always the first.
    ///
    /// Entries can be read at once, before they are durable.
    ///
    /// @param from at least [#firstIndex]
    public List<Entry> read(long from, long to, int mostBytes) throws IOException {
        lock.lock();
        try {
            requireSound();
            if (from <= contents.baseIndex()) {
                throw new IllegalArgumentException(
                        "entry %d is gone into the snapshot up to %d".formatted(from, contents.baseIndex()));
            }
            return playback.entries(from, Math.min(to, contents.nextIndex()), mostBytes);
        } finally {
            lock.unlock();
        }
    }

    /// The first entry that can be read, once there is one: the one behind the base.
    public long firstIndex() {
        lock.lock();
        try {
            return contents.baseIndex() + 1;
        } finally {
            lock.unlock();
        }
    }

    /// The index of the last entry; the base's when there is none.
    public long lastIndex() {
        lock.lock();
        try {
            return contents.nextIndex() - 1;
        } finally {
            lock.unlock();
        }
    }

    /// The term of an entry, or of the base.
    public long term(long index) throws IOException {
        lock.lock();
        try {
            if (index == contents.baseIndex()) {
                return contents.baseTerm();
            }
            if (index == contents.nextIndex() - 1 && contents.lastTerm() != Contents.UNKNOWN) {
                return contents.lastTerm();
            }
            var entries = read(index, index + 1, 0);
            if (entries.isEmpty()) {
                throw new IllegalArgumentException("no entry " + index);
            }
            return entries.getFirst().term();
        } finally {
            lock.unlock();
        }
    }

    /// The latest state, if any was ever put.
    public byte @Nullable [] state() {
        lock.lock();
        try {
            var state = contents.state();
            return state == null ? null : state.clone();
        } finally {
            lock.unlock();
        }
    }

    /// Which record was appended last.
    public long appended() {
        lock.lock();
        try {
            return appended;
        } finally {
            lock.unlock();
        }
    }

    /// Up to which record all is durable.
    public long durable() {
        lock.lock();
        try {
            return durable;
        } finally {
            lock.unlock();
        }
    }

    /// How much waits for a force.
    public int pendingBytes() {
        lock.lock();
        try {
            return batches.filling().length();
        } finally {
            lock.unlock();
        }
    }

    /// How many files there are.
    public int segments() {
        lock.lock();
        try {
            return segments.size();
        } finally {
            lock.unlock();
        }
    }

    /// How many bytes of a torn end were cut when it was opened.
    public long cutBytes() {
        return cutBytes;
    }

    /// Leaves the directory; what was not forced is lost.
    @Override
    public void close() throws IOException {
        forcing.lock();
        lock.lock();
        try (directoryLock;
                files) {
            if (closed) {
                return;
            }
            closed = true;
            for (var segment : segments) {
                segment.close();
            }
        } finally {
            lock.unlock();
            forcing.unlock();
        }
    }
}
