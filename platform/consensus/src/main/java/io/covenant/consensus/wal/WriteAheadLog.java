package io.covenant.consensus.wal;

import io.covenant.consensus.wal.Records.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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

    static final int CHECKPOINT_BYTES = 16;

    private static final String SPARE = "spare.tmp";
    private static final int STATE_BYTES = 64 * 1024;
    private static final int READ_BYTES = 64 * 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Storage storage;
    private final LogOptions options;
    private final Closeable directoryLock;
    private final long cutBytes;

    /// Held while a file is written; never taken by who holds `lock`.
    private final ReentrantLock forcing = new ReentrantLock();

    /// Held while the next segment's file is made.
    private final ReentrantLock preparing = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by `lock`.
    private final Records records;
    private final Contents contents;
    private final Deque<Segment> segments;
    private final Window window = new Window();
    private Batch filling;
    private @Nullable Batch inFlight;
    private @Nullable Batch idle;
    private long appended;
    private long durable;
    private @Nullable BrokenLogException broken;
    private boolean closed;

    /// Guarded by `preparing`.
    private @Nullable StorageFile spare;

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
        var directoryLock = storage.lock();
        try {
            requireFree(storage, identity);
            var salt = salts.getAsLong();
            new IdentityFile(identity, salt, false).write(storage);
            for (var leftOver : storage.list().stream().filter(Segment::isName).toList()) {
                storage.delete(leftOver);
            }
            deleteSpare(storage);
            var first = new Segment(1);
            var start = start(new Records(salt), first, new Contents(), 0);
            first.opened(makeSegment(storage, options, null, first, start));
            new IdentityFile(identity, salt, true).write(storage);
            return new WriteAheadLog(
                    storage, options, directoryLock, salt, new Contents(), new ArrayDeque<>(List.of(first)), 0);
        } catch (IOException | RuntimeException failure) {
            directoryLock.close();
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

    /// Opens the log of this member, with all that was forced.
    ///
    /// @throws DirectoryRefusedException when the directory is empty or somebody else's
    /// @throws DamagedException          when something that was durable is not as it was written
    public static WriteAheadLog open(Storage storage, Identity identity, LogOptions options) throws IOException {
        var directoryLock = storage.lock();
        try {
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
            deleteSpare(storage);
            var recovery = new Recovery(storage, found.salt(), options.preallocate());
            var segments = new ArrayDeque<>(recovery.read());
            // The name of the last segment may not be durable yet if the process died just then.
            storage.force();
            return new WriteAheadLog(
                    storage, options, directoryLock, found.salt(), recovery.contents(), segments, recovery.cutBytes());
        } catch (IOException | RuntimeException failure) {
            directoryLock.close();
            throw failure;
        }
    }

    /// Whether a log was ever made here.
    public static boolean exists(Storage storage) throws IOException {
        return IdentityFile.read(storage).map(IdentityFile::created).orElse(false);
    }

    private WriteAheadLog(
            Storage storage,
            LogOptions options,
            Closeable directoryLock,
            long salt,
            Contents contents,
            Deque<Segment> segments,
            long cutBytes) {
        this.storage = storage;
        this.options = options;
        this.directoryLock = directoryLock;
        this.records = new Records(salt);
        this.contents = contents;
        this.segments = segments;
        this.filling = new Batch(segments.getLast());
        this.cutBytes = cutBytes;
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
            var segment = filling.segment();
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
                filling.compactsTo = index;
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
        var segment = filling.segment();
        var offset = segment.tail;
        var size = Records.size(payload.remaining());
        records.put(filling.room(size), segment.sequence(), offset, filling.start(), kind, index, term, payload);
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
                batch = filling;
                upTo = appended;
                if (batch.length() == 0) {
                    return durable;
                }
                inFlight = batch;
                var into = batch.segment();
                if (into.tail >= options.segmentBytes()) {
                    into.lastIndex = contents.nextIndex() - 1;
                    next = new Segment(into.sequence() + 1);
                    start = start(records, next, contents, into.tail);
                    segments.addLast(next);
                    into = next;
                }
                filling = idle == null ? new Batch(into) : idle.into(into);
                idle = null;
            } finally {
                lock.unlock();
            }
            write(batch);
            if (batch.compactsTo > 0) {
                // Before a new segment is made: a disk that is full gets room for it.
                deleteCompacted(batch.compactsTo, batch.segment().sequence());
            }
            if (next != null && start != null) {
                roll(next, start);
            }
            landed(batch, upTo);
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

    private void landed(Batch batch, long upTo) {
        lock.lock();
        try {
            inFlight = null;
            idle = batch;
            durable = upTo;
        } finally {
            lock.unlock();
        }
    }

    private void roll(Segment next, ByteBuffer start) throws IOException {
        preparing.lock();
        try {
            var made = makeSegment(storage, options, spare, next, start);
            spare = null;
            lock.lock();
            try {
                next.opened(made);
            } finally {
                lock.unlock();
            }
        } finally {
            preparing.unlock();
        }
    }

    /// How a segment begins; afterwards its tail is behind that.
    private static ByteBuffer start(Records records, Segment segment, Contents contents, int previousEnd) {
        var state = contents.state();
        var bytes = ByteBuffer.allocate(Records.SEGMENT_HEADER
                + Records.size(CHECKPOINT_BYTES)
                + (state == null ? 0 : Records.size(state.length)));
        records.putSegmentHeader(bytes, segment.sequence());
        records.put(
                bytes,
                segment.sequence(),
                Records.SEGMENT_HEADER,
                Records.SEGMENT_HEADER,
                Kind.CHECKPOINT,
                contents.baseIndex(),
                contents.baseTerm(),
                ByteBuffer.allocate(CHECKPOINT_BYTES)
                        .putLong(contents.nextIndex())
                        .putLong(previousEnd)
                        .flip());
        if (state != null) {
            records.put(
                    bytes,
                    segment.sequence(),
                    bytes.position(),
                    Records.SEGMENT_HEADER,
                    Kind.STATE,
                    0,
                    0,
                    ByteBuffer.wrap(state));
        }
        segment.tail = bytes.position();
        return bytes.flip();
    }

    /// A segment has its name only when its beginning is durable.
    private static StorageFile makeSegment(
            Storage storage, LogOptions options, @Nullable StorageFile prepared, Segment segment, ByteBuffer start)
            throws IOException {
        try (var file = prepared == null ? makeSpare(storage, options) : prepared) {
            file.write(start, 0);
            file.force(true);
        }
        storage.rename(SPARE, segment.name());
        storage.force();
        return storage.open(segment.name());
    }

    /// Makes the file of the next segment ready, which takes some writing; otherwise the force that needs
    /// it does. May run beside everything else.
    public void prepareNextSegment() throws IOException {
        preparing.lock();
        try {
            if (spare == null && !closed && options.preallocate()) {
                spare = makeSpare(storage, options);
            }
        } finally {
            preparing.unlock();
        }
    }

    /// Whether it is time for [#prepareNextSegment].
    public boolean needsNextSegment() {
        if (!options.preallocate()) {
            return false;
        }
        lock.lock();
        try {
            if (filling.segment().tail < options.segmentBytes() / 2 || broken != null || closed) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        if (!preparing.tryLock()) {
            return false;
        }
        try {
            return spare == null;
        } finally {
            preparing.unlock();
        }
    }

    private static StorageFile makeSpare(Storage storage, LogOptions options) throws IOException {
        deleteSpare(storage);
        var file = storage.create(SPARE);
        try {
            if (options.preallocate()) {
                Recovery.zeros(file, 0, options.segmentBytes());
                file.force(true);
            }
            return file;
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    private static void deleteSpare(Storage storage) throws IOException {
        if (storage.list().contains(SPARE)) {
            storage.delete(SPARE);
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
            oldest.close();
            storage.delete(oldest.name());
            // One after the other, so that no crash leaves a hole.
            storage.force();
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
            return walk(from, Math.min(to, contents.nextIndex()), mostBytes);
        } finally {
            lock.unlock();
        }
    }

    private List<Entry> walk(long from, long to, int mostBytes) throws IOException {
        var entries = new ArrayList<Entry>();
        var mark = contents.markBefore(from);
        if (from >= to || mark == null) {
            return entries;
        }
        var room = (long) mostBytes;
        var segment = mark.getValue().segment();
        var offset = mark.getValue().offset();
        window.forget();
        for (var due = from; due < to; ) {
            var jump = contents.markAt(due);
            if (jump != null) {
                segment = jump.segment();
                offset = jump.offset();
            }
            var bytes = window.at(segment, offset, Records.HEADER);
            var index = bytes.getLong(bytes.position() + 16);
            var kind = bytes.get(bytes.position() + 12);
            var size = Records.claimedSize(bytes, bytes.position());
            if (index == due && Kind.of(kind) == Kind.ENTRY) {
                var entry = decode(segment, offset, size);
                room -= entry.payload().length;
                if (room < 0 && !entries.isEmpty()) {
                    break;
                }
                entries.add(entry);
                due++;
            }
            offset += size;
        }
        window.forget();
        return entries;
    }

    private Entry decode(Segment segment, int offset, int size) throws IOException {
        var bytes = window.at(segment, offset, size);
        var at = bytes.position();
        var header = records.get(bytes, at, segment.sequence(), offset);
        if (header == null) {
            throw new DamagedException(
                    "the record at byte %d of %s was good and is damaged now: the disk of this node fails, end it and replace the disk"
                            .formatted(offset, storage.describe(segment.name())));
        }
        var payload = new byte[header.length()];
        bytes.get(at + Records.HEADER, payload);
        return new Entry(header.index(), header.term(), payload);
    }

    /// Bytes of a segment, from memory while they are on their way, else from the file, with some more read
    /// ahead.
    private final class Window {

        private ByteBuffer read = ByteBuffer.allocate(READ_BYTES);
        private @Nullable Segment segment;
        private int start;

        void forget() {
            segment = null;
            if (read.capacity() > READ_BYTES) {
                read = ByteBuffer.allocate(READ_BYTES);
            }
        }

        /// @return a buffer whose position is at this offset, with at least `length` behind it
        ByteBuffer at(Segment where, int offset, int length) throws IOException {
            for (var batch : Arrays.asList(filling, inFlight)) {
                if (batch != null && batch.holds(where, offset)) {
                    return batch.written().position(offset - batch.start());
                }
            }
            if (segment != where || offset < start || offset + length > start + read.limit()) {
                fill(where, offset, length);
            }
            return read.duplicate().position(offset - start);
        }

        private void fill(Segment where, int offset, int length) throws IOException {
            var inFile = where.tail;
            for (var batch : Arrays.asList(filling, inFlight)) {
                if (batch != null && batch.segment() == where) {
                    inFile = Math.min(inFile, batch.start());
                }
            }
            if (read.capacity() < length) {
                read = ByteBuffer.allocate(length);
            }
            segment = null;
            read.clear().limit(Math.min(read.capacity(), Math.max(0, inFile - offset)));
            where.file().read(read, offset);
            read.flip();
            if (read.limit() < length) {
                throw new DamagedException(
                        "%s ends at byte %d, in the middle of a record: the disk of this node fails, end it and replace the disk"
                                .formatted(storage.describe(where.name()), offset + read.limit()));
            }
            segment = where;
            start = offset;
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
            return filling.length();
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
        preparing.lock();
        lock.lock();
        try (directoryLock) {
            if (closed) {
                return;
            }
            closed = true;
            if (spare != null) {
                spare.close();
            }
            for (var segment : segments) {
                segment.close();
            }
        } finally {
            lock.unlock();
            preparing.unlock();
            forcing.unlock();
        }
    }
}
