package io.covenant.consensus.node;

import io.covenant.consensus.raft.Entry;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.Payload;
import io.covenant.consensus.raft.Snapshot;
import io.covenant.consensus.raft.StorageCodec;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Gives the state machine what is committed, in order, and answers who proposed it.
///
/// The kernel adds work and never waits. A few quick commands are applied by the thread that had the kernel's
/// turn, which spares a wake-up; all else by a thread of its own. Entries beyond a bound are not kept in memory:
/// they are read from the log when their turn comes.
final class Applier<R> {

    private sealed interface Work<R> {

        /// @param entries absent when the log has to be asked for them
        /// @param waiting who proposed them, by index
        record Committed<R>(long from, long to, @Nullable List<Entry> entries, Map<Long, Request<R>> waiting)
                implements Work<R> {}

        record Restore<R>(Snapshot snapshot) implements Work<R> {}

        record Query<R>(long index, Runnable action, Runnable elsewhere) implements Work<R> {}

        record Save<R>(CompletableFuture<Long> done) implements Work<R> {}
    }

    private static final int READ_BYTES = 256 * 1024;

    /// So many quick commands are applied while another thread is woken.
    private static final int A_FEW = 16;

    private final ReplicatedStateMachine<R> machine;
    private final WriteAheadLog log;
    private final Snapshots snapshots;
    private final NodeListener listener;
    private final int entriesPerSnapshot;
    private final long mostBytes;

    /// Held by who applies; never taken by who holds `lock`.
    private final ReentrantLock applying = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();

    // Guarded by `lock`.
    private final ArrayDeque<Work<R>> work = new ArrayDeque<>();
    private int awaited;
    private boolean closed;
    private boolean failed;

    private final AtomicLong pendingBytes = new AtomicLong();
    private volatile long restoredTo;
    private volatile long applied;

    // Guarded by `applying`.
    private final TreeMap<Long, List<Work.Query<R>>> queries = new TreeMap<>();
    private long term;
    private long timeMillis;
    private long savedAt;
    private CompletableFuture<Long> saved;
    private @Nullable Work<R> current;
    private Members members;

    Applier(
            ReplicatedStateMachine<R> machine,
            WriteAheadLog log,
            Snapshots snapshots,
            NodeListener listener,
            NodeSettings settings,
            SnapshotHeader start) {
        this.machine = machine;
        this.log = log;
        this.snapshots = snapshots;
        this.listener = listener;
        this.entriesPerSnapshot = settings.entriesPerSnapshot();
        this.mostBytes = settings.unappliedBytes();
        this.members = start.snapshot().members();
        this.saved = CompletableFuture.completedFuture(start.snapshot().index());
        begin(start);
    }

    private void begin(SnapshotHeader header) {
        var snapshot = header.snapshot();
        term = snapshot.term();
        timeMillis = Math.max(timeMillis, header.timeMillis());
        members = snapshot.members();
        savedAt = snapshot.index();
        applied = snapshot.index();
        saved = CompletableFuture.completedFuture(snapshot.index());
    }

    // ---- in a turn of the kernel

    /// Whoever has the turn calls [#help] after it.
    ///
    /// @param waiting who proposed them, by index
    void commit(List<Entry> entries, Map<Long, Request<R>> waiting) {
        var bytes = 0L;
        for (var entry : entries) {
            bytes += entry.size();
        }
        lock.lock();
        try {
            if (closed) {
                waiting.values().forEach(DutyCycle::forget);
                return;
            }
            var from = entries.getFirst().index();
            var to = entries.getLast().index();
            awaited += waiting.size();
            if (!isFull()) {
                pendingBytes.addAndGet(bytes);
                work.addLast(new Work.Committed<>(from, to, entries, waiting));
            } else if (waiting.isEmpty()
                    && work.peekLast() instanceof Work.Committed<R>(var first, var last, var kept, var none)
                    && kept == null
                    && none.isEmpty()
                    && last + 1 == from) {
                work.removeLast();
                work.addLast(new Work.Committed<>(first, to, null, waiting));
            } else {
                work.addLast(new Work.Committed<>(from, to, null, waiting));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Applies what is next if it is little, and has the applying thread do what is left.
    void help() throws IOException {
        if (applying.isHeldByCurrentThread() || !applying.tryLock()) {
            // Who applies looks for more afterwards.
            return;
        }
        try {
            var few = aFew();
            if (few != null) {
                perform(few);
            }
        } finally {
            applying.unlock();
        }
        lock.lock();
        try {
            if (!work.isEmpty()) {
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Work<R> aFew() {
        lock.lock();
        try {
            return !closed
                            && work.peekFirst() instanceof Work.Committed<R>(var _, var _, var entries, var _)
                            && entries != null
                            && entries.size() <= A_FEW
                            && areQuick(entries)
                    ? work.pollFirst()
                    : null;
        } finally {
            lock.unlock();
        }
    }

    private boolean areQuick(List<Entry> entries) {
        for (var entry : entries) {
            if (!(entry.payload() instanceof Payload.Command(var bytes)) || !machine.isQuick(bytes)) {
                return false;
            }
        }
        return true;
    }

    void restore(Snapshot snapshot) {
        restoredTo = snapshot.index();
        put(new Work.Restore<>(snapshot));
    }

    /// Runs one of these: the action between two entries, once this index is applied, or the other when the
    /// node ends before.
    void query(long index, Runnable action, Runnable elsewhere) {
        if (!put(new Work.Query<>(index, action, elsewhere))) {
            elsewhere.run();
        }
    }

    /// @param done ends when there is a snapshot of what is applied, or one that is being written is durable
    boolean save(CompletableFuture<Long> done) {
        return put(new Work.Save<>(done));
    }

    private boolean put(Work<R> one) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            work.addLast(one);
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    // ---- any thread

    long applied() {
        return applied;
    }

    long pendingBytes() {
        return pendingBytes.get();
    }

    boolean isFull() {
        return pendingBytes.get() >= mostBytes;
    }

    /// Nothing more gets in. What somebody waits for is still done, if the node has not failed.
    void close(boolean failure) {
        lock.lock();
        try {
            closed = true;
            failed |= failure;
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    // ---- the applying thread

    void run() {
        try {
            while (awaitWork()) {
                applying.lock();
                try {
                    var next = next();
                    if (next != null) {
                        perform(next);
                    }
                } finally {
                    applying.unlock();
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            abandon();
        }
    }

    private boolean awaitWork() {
        lock.lock();
        try {
            while (work.isEmpty() && !closed) {
                filled.awaitUninterruptibly();
            }
            return !isOver() && !(closed && work.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Work<R> next() {
        lock.lock();
        try {
            return isOver() ? null : work.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return failed || (closed && awaited == 0);
    }

    // ---- whoever applies

    private void perform(Work<R> next) throws IOException {
        current = next;
        try {
            performNow(next);
        } catch (IOException | RuntimeException | Error failure) {
            // Nothing is applied after this.
            close(true);
            throw failure;
        }
        current = null;
    }

    private void performNow(Work<R> next) throws IOException {
        switch (next) {
            case Work.Committed<R> committed -> apply(committed);
            case Work.Restore<R>(var snapshot) -> load(snapshot);
            case Work.Query<R> query ->
                queries.computeIfAbsent(query.index(), _ -> new ArrayList<>()).add(query);
            case Work.Save<R>(var done) -> copy(save(), done);
        }
        while (!queries.isEmpty() && queries.firstKey() <= applied) {
            queries.pollFirstEntry().getValue().forEach(query -> query.action().run());
        }
        if (applied - savedAt >= entriesPerSnapshot && saved.isDone()) {
            var _ = save();
        }
    }

    private static void copy(CompletableFuture<Long> from, CompletableFuture<Long> to) {
        var _ = from.whenComplete((index, failure) -> {
            if (failure == null) {
                to.complete(index);
            } else {
                to.completeExceptionally(failure);
            }
        });
    }

    private void apply(Work.Committed<R> committed) throws IOException {
        var entries = committed.entries();
        if (entries == null) {
            applyFromLog(committed);
        } else {
            var bytes = 0L;
            for (var entry : entries) {
                bytes += entry.size();
                apply(entry, committed.waiting());
            }
            pendingBytes.addAndGet(-bytes);
        }
        lock.lock();
        try {
            awaited -= committed.waiting().size();
        } finally {
            lock.unlock();
        }
    }

    private void applyFromLog(Work.Committed<R> committed) throws IOException {
        for (var next = committed.from(); next <= committed.to(); ) {
            List<io.covenant.consensus.wal.Entry> read;
            try {
                read = log.read(next, committed.to() + 1, READ_BYTES);
            } catch (IllegalArgumentException gone) {
                if (restoredTo < next) {
                    throw gone;
                }
                // A snapshot that waits behind this holds them all.
                return;
            }
            if (read.isEmpty()) {
                if (restoredTo < next) {
                    throw new IllegalStateException("committed entry " + next + " is not in the log");
                }
                return;
            }
            for (var one : read) {
                apply(StorageCodec.entry(one.payload()), committed.waiting());
            }
            next += read.size();
        }
    }

    private void apply(Entry entry, Map<Long, Request<R>> waiting) {
        var index = entry.index();
        if (index != applied + 1) {
            throw new IllegalStateException("entry %d after %d".formatted(index, applied));
        }
        timeMillis = Math.max(timeMillis, entry.timeMillis());
        term = entry.term();
        var request = waiting.get(index);
        switch (entry.payload()) {
            case Payload.NoOp _ -> applied = index;
            case Payload.Command(var bytes) -> {
                var result = machine.apply(index, timeMillis, bytes);
                applied = index;
                if (request instanceof Request.Proposal<R>(var _, var future)) {
                    future.complete(new Outcome.Applied<>(index, term, result));
                }
            }
            case Payload.Reconfigure(var newer) -> {
                members = newer;
                applied = index;
                if (request instanceof Request.Change<R>(var _, var future)) {
                    future.complete(new OrderOutcome.Done());
                }
            }
        }
    }

    private void load(Snapshot snapshot) throws IOException {
        var file = snapshots.received(snapshot);
        var in = new DataInputStream(new BufferedInputStream(file.content()));
        var header = SnapshotHeader.read(in);
        machine.restore(in);
        begin(header);
        listener.restored(snapshot);
        snapshots.serve(snapshot, file);
    }

    /// Begins a snapshot, unless one is being written or nothing is new.
    ///
    /// @return ends when the newest that there is is durable
    private CompletableFuture<Long> save() {
        if (!saved.isDone() || (applied == savedAt && !saved.isCompletedExceptionally())) {
            return saved;
        }
        var done = new CompletableFuture<Long>();
        var index = applied;
        saved = done;
        savedAt = index;
        var header = new SnapshotHeader(new Snapshot(index, term, members), timeMillis);
        snapshots.write(header, machine.fork(), failure -> {
            if (failure == null) {
                done.complete(index);
            } else {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    /// The node ends: whoever still waits hears that nobody knows.
    private void abandon() {
        var left = new ArrayList<Work<R>>();
        applying.lock();
        try {
            if (current != null) {
                left.add(current);
            }
            lock.lock();
            try {
                closed = true;
                left.addAll(work);
                work.clear();
            } finally {
                lock.unlock();
            }
            queries.values().forEach(left::addAll);
        } finally {
            applying.unlock();
        }
        for (var one : left) {
            switch (one) {
                case Work.Committed<R>(var _, var _, var _, var waiting) ->
                    waiting.values().forEach(DutyCycle::forget);
                case Work.Query<R>(var _, var _, var elsewhere) -> elsewhere.run();
                case Work.Save<R>(var done) -> done.cancel(false);
                case Work.Restore<R> _ -> {}
            }
        }
    }
}
