package io.covenant.consensus.node;

import io.covenant.consensus.raft.Effect;
import io.covenant.consensus.raft.Input;
import io.covenant.consensus.raft.Snapshot;
import io.covenant.consensus.wal.SnapshotReceiver;
import io.covenant.consensus.wal.SnapshotStore;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A node's snapshots: one thread writes its own and those that arrive, another reads for who is behind.
final class Snapshots {

    /// A snapshot that is read, and when it was last.
    private static final class Served {
        private final io.covenant.consensus.wal.Snapshot file;
        private long readAt;

        Served(io.covenant.consensus.wal.Snapshot file, long now) {
            this.file = file;
            this.readAt = now;
        }
    }

    private static final Comparator<Snapshot> OLDEST_FIRST = Comparator.comparingLong(Snapshot::index);

    private final SnapshotStore store;
    private final ExecutorService writing;
    private final ExecutorService reading;
    private final LongSupplier nanos;
    private final Duration kept;
    private final Consumer<Input> tell;
    private final NodeListener listener;

    /// Whole and durable, on their way into the state machine.
    private final Map<Snapshot, io.covenant.consensus.wal.Snapshot> received = new ConcurrentHashMap<>();

    /// Of the reading thread only.
    private final TreeMap<Snapshot, Served> served = new TreeMap<>(OLDEST_FIRST);

    /// Of the writing thread only.
    private @Nullable SnapshotReceiver incoming;

    /// @param kept how long an older snapshot can be read on after the last time
    Snapshots(
            SnapshotStore store,
            ExecutorService writing,
            ExecutorService reading,
            LongSupplier nanos,
            Duration kept,
            Consumer<Input> tell,
            NodeListener listener) {
        this.store = store;
        this.writing = writing;
        this.reading = reading;
        this.nanos = nanos;
        this.kept = kept;
        this.tell = tell;
        this.listener = listener;
    }

    /// Writes the state of this moment; the kernel hears of it when it is durable.
    ///
    /// @param onEnd hears what went wrong, or nothing
    void write(SnapshotHeader header, ReplicatedStateMachine.Fork fork, Consumer<@Nullable IOException> onEnd) {
        writing.execute(() -> {
            try {
                var began = nanos.getAsLong();
                serve(header.snapshot(), written(header, fork));
                listener.snapshotWritten(header.snapshot(), Duration.ofNanos(nanos.getAsLong() - began));
                tell.accept(new Input.SnapshotTaken(header.snapshot()));
                onEnd.accept(null);
            } catch (IOException failure) {
                // What was not finished has no name; the log still holds everything.
                listener.snapshotFailed(failure);
                onEnd.accept(failure);
            }
        });
    }

    private io.covenant.consensus.wal.Snapshot written(SnapshotHeader header, ReplicatedStateMachine.Fork fork)
            throws IOException {
        var snapshot = header.snapshot();
        try (var writer = store.write(snapshot.index(), snapshot.term())) {
            var out = new DataOutputStream(new BufferedOutputStream(writer));
            header.write(out);
            fork.writeTo(out);
            out.flush();
            return writer.commit();
        }
    }

    /// Takes a part of the leader's snapshot; the kernel hears when the last is durable.
    void store(Effect.StoreChunk chunk) {
        writing.execute(() -> {
            try {
                accept(chunk);
            } catch (IOException failure) {
                throw new UncheckedIOException("the leader's snapshot could not be stored", failure);
            }
        });
    }

    private void accept(Effect.StoreChunk chunk) throws IOException {
        var snapshot = chunk.snapshot();
        var receiver = incoming;
        if (chunk.offset() == 0) {
            if (receiver != null) {
                receiver.close();
            }
            receiver = store.receive(snapshot.index(), snapshot.term());
            incoming = receiver;
        }
        if (receiver == null) {
            return;
        }
        receiver.accept(chunk.offset(), ByteBuffer.wrap(chunk.bytes()));
        if (chunk.last()) {
            var whole = receiver.commit();
            receiver.close();
            incoming = null;
            var before = received.put(snapshot, whole);
            if (before != null) {
                before.close();
            }
            tell.accept(new Input.SnapshotStored(snapshot));
        }
    }

    /// The received snapshot of this name, to be loaded and then given to [#serve].
    io.covenant.consensus.wal.Snapshot received(Snapshot snapshot) throws IOException {
        var whole = Objects.requireNonNull(received.remove(snapshot), () -> "never stored: " + snapshot);
        for (var older : List.copyOf(received.keySet())) {
            var unused = older.index() < snapshot.index() ? received.remove(older) : null;
            if (unused != null) {
                unused.close();
            }
        }
        return whole;
    }

    /// Nodes that are behind get this one from now on.
    void serve(Snapshot snapshot, io.covenant.consensus.wal.Snapshot file) {
        reading.execute(() -> {
            var now = nanos.getAsLong();
            var before = served.put(snapshot, new Served(file, now));
            if (before != null) {
                close(before);
            }
            for (var entry = served.firstEntry();
                    entry.getKey().index() < served.lastKey().index() && now - entry.getValue().readAt > kept.toNanos();
                    entry = served.firstEntry()) {
                close(entry.getValue());
                served.pollFirstEntry();
            }
        });
    }

    private static void close(Served one) {
        try {
            one.file.close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /// Reads a part for a node that is behind; when that snapshot is no more, the beginning of the newest.
    void read(Effect.ReadSnapshot wanted) {
        reading.execute(() -> {
            var name = served.containsKey(wanted.snapshot())
                    ? served.floorKey(wanted.snapshot())
                    : served.isEmpty() ? null : served.lastKey();
            if (name == null) {
                return;
            }
            var one = Objects.requireNonNull(served.get(name));
            one.readAt = nanos.getAsLong();
            var offset = name.equals(wanted.snapshot()) ? wanted.offset() : 0;
            var bytes = new byte[Math.clamp(one.file.size() - offset, 0, wanted.maxBytes())];
            try {
                one.file.read(ByteBuffer.wrap(bytes), offset);
            } catch (IOException failure) {
                throw new UncheckedIOException("a snapshot could not be read", failure);
            }
            tell.accept(new Input.SnapshotRead(
                    wanted.follower(), name, offset, bytes, offset + bytes.length >= one.file.size()));
        });
    }

    /// After both threads have ended.
    void close() throws IOException {
        if (incoming != null) {
            incoming.close();
        }
        for (var one : received.values()) {
            one.close();
        }
        served.values().forEach(Snapshots::close);
    }
}
