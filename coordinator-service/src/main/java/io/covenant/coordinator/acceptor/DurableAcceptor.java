package io.covenant.coordinator.acceptor;

import io.covenant.consensus.wal.DamagedException;
import io.covenant.consensus.wal.DirectoryRefusedException;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.consensus.wal.GroupCommit;
import io.covenant.consensus.wal.Identity;
import io.covenant.consensus.wal.LogOptions;
import io.covenant.consensus.wal.Snapshot;
import io.covenant.consensus.wal.SnapshotStore;
import io.covenant.consensus.wal.Storage;
import io.covenant.consensus.wal.WriteAheadLog;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.paxoscommit.AcceptorLedger;
import io.covenant.transactions.paxoscommit.AcceptorLedger.Kept;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.State;
import io.covenant.transactions.paxoscommit.Reply;
import io.covenant.transactions.paxoscommit.Request;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// All transactions of one acceptor on its disk, for any number of threads that ask.
///
/// What leaves does so when everything is durable that was kept before it, and the threads of one moment share one
/// force. From time to time a snapshot takes the place of the log's beginning. Votes that gather are in memory only.
public final class DurableAcceptor implements Closeable {

    private static final String GROUP = "coordinators";
    private static final int READ_BYTES = 1024 * 1024;
    private static final int SNAPSHOTS = 2;

    /// How an acceptor uses its disk.
    ///
    /// @param recordsPerSnapshot how much the log grows before a snapshot takes its place
    /// @param log                its files
    public record Options(int recordsPerSnapshot, LogOptions log) {

        /// A snapshot after 50,000 records, files of 4 MiB.
        public static Options standard() {
            return new Options(50_000, LogOptions.standard().withSegmentBytes(4 * 1024 * 1024));
        }
    }

    private final WriteAheadLog log;
    private final GroupCommit forces;
    private final SnapshotStore snapshots;
    private final int recordsPerSnapshot;
    private final Consumer<Throwable> onFailure;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final AcceptorLedger ledger;
    /// Since when each transaction that has not ended is known to this process.
    private final Map<TransactionId, Long> unfinished = new LinkedHashMap<>();

    private Membership membership;
    private long snapshotAt;
    private Optional<Thread> snapshotting = Optional.empty();

    private DurableAcceptor(
            WriteAheadLog log,
            SnapshotStore snapshots,
            AcceptorLedger ledger,
            Membership membership,
            long snapshotAt,
            int recordsPerSnapshot,
            Consumer<Throwable> onFailure,
            LongSupplier nanoTime) {
        this.log = log;
        this.snapshots = snapshots;
        this.ledger = ledger;
        this.membership = membership;
        this.snapshotAt = snapshotAt;
        this.recordsPerSnapshot = recordsPerSnapshot;
        this.onFailure = onFailure;
        this.nanoTime = nanoTime;
        this.forces = new GroupCommit(log, onFailure);
        ledger.unfinished(Integer.MAX_VALUE).forEach(id -> unfinished.put(id, nanoTime.getAsLong()));
    }

    /// Opens what a directory holds, or makes it. The directory is this process's until the acceptor is closed.
    ///
    /// @param node      one of the members
    /// @param members   all acceptors of the group
    /// @param disks     draws the number of a new disk
    /// @param warnings  hears of damaged snapshots
    /// @param onFailure the process has to end
    /// @throws DirectoryRefusedException when it is in use, or of another node
    /// @throws OtherGroupException       when it is of a group with other members
    public static DurableAcceptor open(
            Path directory,
            String node,
            SortedSet<String> members,
            Options options,
            LongSupplier disks,
            LongSupplier nanoTime,
            Consumer<String> warnings,
            Consumer<Throwable> onFailure)
            throws IOException {
        var storage = FileStorage.at(directory);
        var identity = new Identity(GROUP, node);
        var log = WriteAheadLog.exists(storage)
                ? WriteAheadLog.open(storage, identity, options.log())
                : WriteAheadLog.create(storage, identity, options.log());
        try {
            var membership = membership(log, directory, members, disks);
            var snapshots = new SnapshotStore(storage, SNAPSHOTS, warnings);
            var ledger = new AcceptorLedger();
            var upTo = restore(log, storage, snapshots, ledger);
            return new DurableAcceptor(
                    log, snapshots, ledger, membership, upTo, options.recordsPerSnapshot(), onFailure, nanoTime);
        } catch (IOException | RuntimeException failure) {
            log.close();
            throw failure;
        }
    }

    private static Membership membership(
            WriteAheadLog log, Path directory, SortedSet<String> members, LongSupplier disks) throws IOException {
        var kept = log.state();
        if (kept == null) {
            // New, or made by a process that died before anybody could hear of it.
            var founder = Membership.founder(disks.getAsLong(), members);
            log.putState(founder.toBytes());
            log.force();
            return founder;
        }
        var membership = Membership.of(kept);
        if (!membership.members().equals(members)) {
            throw new OtherGroupException(
                    "%s belongs to an acceptor of the group %s, which is the same for ever, and not of %s: put covenant.coordinator.paxos.members back"
                            .formatted(directory, membership.members(), members));
        }
        return membership;
    }

    private static long restore(WriteAheadLog log, Storage storage, SnapshotStore snapshots, AcceptorLedger ledger)
            throws IOException {
        var upTo = 0L;
        var newest = snapshots.newest();
        if (newest.isPresent()) {
            try (var snapshot = newest.get()) {
                read(snapshot, ledger);
                upTo = snapshot.index();
            }
        }
        if (upTo + 1 < log.firstIndex()) {
            throw new DamagedException(
                    "the log begins at %d, but the newest whole snapshot in %s ends at %d: treat this directory as lost"
                            .formatted(log.firstIndex(), storage.describe(""), upTo));
        }
        if (log.lastIndex() < upTo) {
            log.restartAt(upTo, 0);
        }
        for (var next = upTo + 1; next <= log.lastIndex(); ) {
            var entries = log.read(next, Long.MAX_VALUE, READ_BYTES);
            for (var entry : entries) {
                ledger.restore(KeptCodec.decode(entry.payload()));
            }
            next += entries.size();
        }
        return upTo;
    }

    private static void read(Snapshot snapshot, AcceptorLedger into) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(snapshot.content()))) {
            for (var left = in.readLong(); left > 0; left--) {
                into.restore(KeptCodec.read(in));
            }
        }
    }

    // ---- transactions

    /// Asks about a transaction. Both are called once what was kept before is durable, on a thread that must not be
    /// held up; never when the process has to end first.
    ///
    /// @param onDone   gets the answer, if there is one
    /// @param onReport gets what the leader of its ballot is to hear, if there is something
    /// @throws IllegalStateException when this acceptor may not take part, see [#isAdmitted]
    public void ask(TransactionId id, Request request, Consumer<Optional<Reply>> onDone, Consumer<Reply.Took> onReport)
            throws IOException {
        AcceptorLedger.Handled handled;
        lock.lock();
        try {
            if (!membership.admitted()) {
                throw new IllegalStateException("this acceptor is not admitted to its group");
            }
            handled = ledger.on(id, request);
            watch(id);
            if (handled.kept().isPresent()) {
                keep(handled.kept().get());
            }
            if (needsForce(handled) && log.durable() < log.appended()) {
                forces.whenDurable(() -> leave(handled, onDone, onReport));
                return;
            }
        } finally {
            lock.unlock();
        }
        leave(handled, onDone, onReport);
    }

    private static void leave(
            AcceptorLedger.Handled handled, Consumer<Optional<Reply>> onDone, Consumer<Reply.Took> onReport) {
        handled.report().ifPresent(onReport);
        onDone.accept(handled.answer());
    }

    /// An answer may repeat what another request kept a moment ago, so it waits whether or not it kept something
    /// itself.
    private static boolean needsForce(AcceptorLedger.Handled handled) {
        return handled.report().isPresent()
                || handled.answer().map(DurableAcceptor::isPromise).orElse(false);
    }

    private static boolean isPromise(Reply answer) {
        return switch (answer) {
            case Reply.Promised _, Reply.Took _, Reply.Outbid _ -> true;
            case Reply.Closed _, Reply.Forgotten _ -> false;
        };
    }

    private void watch(TransactionId id) {
        switch (ledger.state(id)) {
            case State.Open _ -> unfinished.putIfAbsent(id, nanoTime.getAsLong());
            case State.Closed(var _, var ended) when !ended -> unfinished.putIfAbsent(id, nanoTime.getAsLong());
            case State.Closed _, State.Blank _, State.Dropped _ -> unfinished.remove(id);
        }
    }

    /// Where a transaction stands with this acceptor.
    public State state(TransactionId id) {
        lock.lock();
        try {
            return ledger.state(id);
        } finally {
            lock.unlock();
        }
    }

    /// Transactions that have not ended here and have been known for so long.
    public List<TransactionId> unfinishedFor(Duration time, int most) {
        lock.lock();
        try {
            long before = nanoTime.getAsLong() - time.toNanos();
            return unfinished.entrySet().stream()
                    .filter(entry -> entry.getValue() - before <= 0)
                    .limit(most)
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /// How many have not ended here.
    public int unfinished() {
        lock.lock();
        try {
            return unfinished.size();
        } finally {
            lock.unlock();
        }
    }

    /// How many are remembered.
    public int size() {
        lock.lock();
        try {
            return ledger.size();
        } finally {
            lock.unlock();
        }
    }

    /// What was born before this is forgotten, in milliseconds since 1970.
    public long horizonMillis() {
        lock.lock();
        try {
            return ledger.horizonMillis();
        } finally {
            lock.unlock();
        }
    }

    /// See [AcceptorLedger#forgetBefore].
    public void forgetBefore(long bornMillis) throws IOException {
        lock.lock();
        try {
            var kept = ledger.forgetBefore(bornMillis);
            if (kept.isPresent()) {
                keep(kept.get());
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- the group

    /// Whether so many of the others know this disk that it may take part.
    public boolean isAdmitted() {
        lock.lock();
        try {
            return membership.admitted();
        } finally {
            lock.unlock();
        }
    }

    /// The number of this disk.
    public long disk() {
        lock.lock();
        try {
            return membership.disk();
        } finally {
            lock.unlock();
        }
    }

    /// How many of the others have to know this disk before it is [admitted][#admitted].
    public int introductions() {
        lock.lock();
        try {
            return membership.introductions();
        } finally {
            lock.unlock();
        }
    }

    /// So many of the others know this disk.
    public void admitted() throws IOException {
        lock.lock();
        try {
            membership = membership.admittedNow();
            log.putState(membership.toBytes());
        } finally {
            lock.unlock();
        }
        forces.awaitDurable();
    }

    /// Another member introduces its disk.
    ///
    /// @return whether it is believed, which then is durable; not when that member had another disk before
    public boolean meets(String member, long itsDisk) throws IOException {
        lock.lock();
        try {
            if (!membership.members().contains(member) || !membership.believes(member, itsDisk)) {
                return false;
            }
            if (!membership.knows(member)) {
                membership = membership.with(member, itsDisk);
                log.putState(membership.toBytes());
            }
        } finally {
            lock.unlock();
        }
        forces.awaitDurable();
        return true;
    }

    // ---- the disk

    /// How often this process has forced its log.
    public long forces() {
        return forces.forces();
    }

    /// Has the disk take what nobody waits for, so that a crash makes little work.
    public void flush() {
        if (log.durable() < log.appended()) {
            forces.whenDurable(() -> {});
        }
    }

    private void keep(Kept kept) throws IOException {
        log.append(log.lastIndex() + 1, 0, ByteBuffer.wrap(KeptCodec.encode(kept)));
        if (snapshotting.isEmpty() && log.lastIndex() - snapshotAt >= recordsPerSnapshot) {
            var index = log.lastIndex();
            var all = new ArrayList<Kept>();
            ledger.describe(all::add);
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
