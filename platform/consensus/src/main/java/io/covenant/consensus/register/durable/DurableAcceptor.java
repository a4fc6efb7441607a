package io.covenant.consensus.register.durable;

import io.covenant.consensus.register.KeptCodec;
import io.covenant.consensus.register.RegisterKey;
import io.covenant.consensus.register.Registers;
import io.covenant.consensus.register.Registers.Kept;
import io.covenant.consensus.register.Reply;
import io.covenant.consensus.register.Request;
import io.covenant.consensus.wal.DamagedException;
import io.covenant.consensus.wal.GroupCommit;
import io.covenant.consensus.wal.Snapshot;
import io.covenant.consensus.wal.SnapshotStore;
import io.covenant.consensus.wal.Storage;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// All registers of one acceptor on its disk, for any number of threads that ask.
///
/// An answer leaves when everything is durable that was kept before it, and the threads of one moment share
/// one force. From time to time a snapshot takes the place of the log's beginning.
public final class DurableAcceptor implements Closeable {

    private static final int READ_BYTES = 1024 * 1024;

    private final WriteAheadLog log;
    private final GroupCommit forces;
    private final SnapshotStore snapshots;
    private final int recordsPerSnapshot;
    private final Consumer<Throwable> onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private final Registers registers;
    private long snapshotAt;
    private Optional<Thread> snapshotting = Optional.empty();

    private DurableAcceptor(
            WriteAheadLog log,
            SnapshotStore snapshots,
            Registers registers,
            long snapshotAt,
            int recordsPerSnapshot,
            Consumer<Throwable> onFailure) {
        this.log = log;
        this.snapshots = snapshots;
        this.registers = registers;
        this.snapshotAt = snapshotAt;
        this.recordsPerSnapshot = recordsPerSnapshot;
        this.onFailure = onFailure;
        this.forces = new GroupCommit(log, onFailure);
    }

    /// Opens what the log and the snapshots beside it hold; the acceptor owns the log from here on.
    ///
    /// @param recordsPerSnapshot how much the log grows before a snapshot takes its place
    /// @param warnings           hears of damaged snapshots
    /// @param onFailure          the process has to end
    public static DurableAcceptor open(
            WriteAheadLog log,
            Storage storage,
            int recordsPerSnapshot,
            Consumer<String> warnings,
            Consumer<Throwable> onFailure)
            throws IOException {
        var snapshots = new SnapshotStore(storage, 2, warnings);
        var registers = new Registers();
        var upTo = 0L;
        var newest = snapshots.newest();
        if (newest.isPresent()) {
            try (var snapshot = newest.get()) {
                read(snapshot, registers);
                upTo = snapshot.index();
            }
        }
        if (upTo + 1 < log.firstIndex()) {
            throw new DamagedException(
                    "the log begins at %d, but the newest whole snapshot in %s ends at %d: remove this node from its group and add it anew with an empty directory"
                            .formatted(log.firstIndex(), storage.describe(""), upTo));
        }
        if (log.lastIndex() < upTo) {
            log.restartAt(upTo, 0);
        }
        for (var next = upTo + 1; next <= log.lastIndex(); ) {
            var entries = log.read(next, Long.MAX_VALUE, READ_BYTES);
            for (var entry : entries) {
                registers.restore(KeptCodec.decode(entry.payload()));
            }
            next += entries.size();
        }
        return new DurableAcceptor(log, snapshots, registers, upTo, recordsPerSnapshot, onFailure);
    }

    private static void read(Snapshot snapshot, Registers into) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(snapshot.content()))) {
            for (var left = in.readLong(); left > 0; left--) {
                into.restore(KeptCodec.read(in));
            }
        }
    }

    /// Asks about a register.
    ///
    /// @param onReply called once what was kept before it is durable, on a thread that must not be held up;
    ///                never when the process has to end first
    public void ask(RegisterKey key, Request request, Consumer<Reply> onReply) throws IOException {
        Reply answer;
        lock.lock();
        try {
            var outcome = registers.on(key, request);
            answer = outcome.answer();
            if (outcome.kept().isPresent()) {
                keep(outcome.kept().get());
            }
            if (log.durable() < log.appended() && needsForce(answer)) {
                forces.whenDurable(() -> onReply.accept(answer));
                return;
            }
        } finally {
            lock.unlock();
        }
        onReply.accept(answer);
    }

    /// An answer may repeat what another request kept a moment ago, so it waits whether or not it kept
    /// something itself.
    private static boolean needsForce(Reply answer) {
        return switch (answer) {
            case Reply.Promised _, Reply.Accepted _, Reply.Outbid _ -> true;
            case Reply.Chosen _, Reply.Forgotten _ -> false;
        };
    }

    /// See [Registers#forgetBefore].
    public void forgetBefore(long born) throws IOException {
        lock.lock();
        try {
            var kept = registers.forgetBefore(born);
            if (kept.isPresent()) {
                keep(kept.get());
            }
        } finally {
            lock.unlock();
        }
    }

    /// See [Registers#open].
    public List<RegisterKey> open(int most) {
        lock.lock();
        try {
            return registers.open(most);
        } finally {
            lock.unlock();
        }
    }

    /// How many registers are not forgotten.
    public int size() {
        lock.lock();
        try {
            return registers.size();
        } finally {
            lock.unlock();
        }
    }

    private void keep(Kept kept) throws IOException {
        log.append(log.lastIndex() + 1, 0, ByteBuffer.wrap(KeptCodec.encode(kept)));
        if (snapshotting.isEmpty() && log.lastIndex() - snapshotAt >= recordsPerSnapshot) {
            var index = log.lastIndex();
            var all = new ArrayList<Kept>();
            registers.describe(all::add);
            snapshotting =
                    Optional.of(Thread.ofVirtual().name("acceptor-snapshot").start(() -> snapshot(index, all)));
        }
    }

    private void snapshot(long index, List<Kept> all) {
        try {
            // Never ahead of the log: what is only in a snapshot was never promised to be durable.
            forces.awaitDurable();
            try (var writer = snapshots.write(index, 0);
                    var out = new DataOutputStream(writer)) {
                out.writeLong(all.size());
                for (var kept : all) {
                    KeptCodec.write(kept, out);
                }
                out.flush();
                writer.commit().close();
            }
            log.compactTo(index, 0);
            lock.lock();
            try {
                snapshotAt = index;
                snapshotting = Optional.empty();
            } finally {
                lock.unlock();
            }
        } catch (IOException | RuntimeException failure) {
            onFailure.accept(failure);
        }
    }

    @Override
    public void close() throws IOException {
        Optional<Thread> running;
        lock.lock();
        try {
            running = snapshotting;
        } finally {
            lock.unlock();
        }
        if (running.isPresent()) {
            await(running.get());
        }
        forces.close();
        log.close();
    }

    private static void await(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a snapshot is written", interrupted);
        }
    }
}
