package io.covenant.consensus.node;

import io.covenant.consensus.node.DutyCycle.View;
import io.covenant.consensus.node.Mailbox.Put;
import io.covenant.consensus.raft.Durable;
import io.covenant.consensus.raft.Entry;
import io.covenant.consensus.raft.Input;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.MessageCodec;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Raft;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Snapshot;
import io.covenant.consensus.raft.Status;
import io.covenant.consensus.raft.StorageCodec;
import io.covenant.consensus.wal.DamagedException;
import io.covenant.consensus.wal.GroupCommit;
import io.covenant.consensus.wal.SnapshotStore;
import io.covenant.consensus.wal.Storage;
import io.covenant.consensus.wal.WriteAheadLog;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One node of a group, running.
///
/// Any thread may call anything. Futures are completed by the node's own threads: what hangs on them must not
/// wait for anything, or be hung on with an executor of its own.
///
/// @param <R> what a command comes to
public final class RaftNode<R> implements Closeable {

    private static final System.Logger LOG = System.getLogger(RaftNode.class.getName());
    private static final int READ_BYTES = 1024 * 1024;
    private static final int SNAPSHOTS_KEPT = 2;

    private final NodeSettings settings;
    private final Surroundings surroundings;
    private final WriteAheadLog log;
    private final NodeState state;
    private final MessageCodec codec;
    private final Mailbox<R> mailbox;
    private final ExecutorService writing;
    private final ExecutorService reading;
    private final Snapshots snapshots;
    private final Applier<R> applier;
    private final Durable durable;
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile @Nullable Running<R> running;

    private record Running<R>(DutyCycle<R> cycle, GroupCommit forces, Thread kernel, Thread applying) {}

    private RaftNode(
            NodeSettings settings,
            Surroundings surroundings,
            WriteAheadLog log,
            SnapshotStore store,
            NodeState state,
            ReplicatedStateMachine<R> machine)
            throws IOException {
        this.settings = settings;
        this.surroundings = surroundings;
        this.log = log;
        this.state = state;
        this.codec = MessageCodec.of(settings.raft());
        this.mailbox = new Mailbox<>(settings.waitingRequests(), settings.waitingBytes());
        this.writing = executor("snapshots");
        this.reading = executor("reads");
        this.snapshots = new Snapshots(
                store,
                writing,
                reading,
                surroundings.nanos(),
                settings.raft().electionTimeout().multipliedBy(10),
                mailbox::tell,
                surroundings.listener());
        var start = restore(store, machine);
        this.durable = new Durable(group(settings.group()), state.hard(), start.snapshot(), entriesAfter(start));
        this.applier = new Applier<>(machine, log, snapshots, surroundings.listener(), settings, start);
    }

    /// Reads what the directory holds, and brings the state machine to its newest snapshot. Nobody hears of
    /// this node until [#start].
    ///
    /// @param machine as new
    /// @throws io.covenant.consensus.wal.DirectoryRefusedException when the directory is empty: see
    ///         [NodeDirectory]; or in use, or somebody else's
    /// @throws DamagedException when something durable is not as it was written
    public static <R> RaftNode<R> open(
            NodeSettings settings, Storage storage, ReplicatedStateMachine<R> machine, Surroundings surroundings)
            throws IOException {
        var log = WriteAheadLog.open(storage, NodeDirectory.identity(settings), settings.log());
        try {
            var store = new SnapshotStore(
                    storage, SNAPSHOTS_KEPT, warning -> LOG.log(System.Logger.Level.WARNING, warning));
            var bytes = log.state();
            if (bytes == null) {
                throw new IOException(
                        "the directory of %s was never finished: found or join again".formatted(settings.name()));
            }
            return new RaftNode<>(settings, surroundings, log, store, NodeState.of(bytes), machine);
        } catch (IOException | RuntimeException failure) {
            log.close();
            throw failure;
        }
    }

    /// All members of a group have its name, so its number need not be told.
    private static long group(String name) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private SnapshotHeader restore(SnapshotStore store, ReplicatedStateMachine<?> machine) throws IOException {
        var newest = store.newest();
        if (newest.isEmpty()) {
            return new SnapshotHeader(new Snapshot(0, 0, state.founders()), 0);
        }
        var file = newest.get();
        var in = new DataInputStream(new BufferedInputStream(file.content()));
        var header = SnapshotHeader.read(in);
        machine.restore(in);
        snapshots.serve(header.snapshot(), file);
        return header;
    }

    /// The log from the snapshot's last entry on, so that the kernel sees whether it goes on from there.
    private List<Entry> entriesAfter(SnapshotHeader start) throws IOException {
        var index = start.snapshot().index();
        if (log.firstIndex() > index + 1) {
            throw new DamagedException(
                    "the log begins at %d, but the newest whole snapshot ends at %d: remove this node from its group and add it anew with an empty directory"
                            .formatted(log.firstIndex(), index));
        }
        var entries = new ArrayList<Entry>();
        for (var next = Math.max(log.firstIndex(), index); next <= log.lastIndex(); ) {
            var read = log.read(next, Long.MAX_VALUE, READ_BYTES);
            for (var one : read) {
                entries.add(StorageCodec.entry(one.payload()));
            }
            next += read.size();
        }
        return entries;
    }

    private ExecutorService executor(String what) {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform()
                .daemon()
                .name(settings.name() + "-" + what)
                .uncaughtExceptionHandler(this::died)
                .factory());
    }

    /// Takes part in the group from now on.
    ///
    /// @param sender brings frames to the peers; what they send goes to [#receive]
    public void start(FrameSender sender) {
        if (running != null || closing.get()) {
            throw new IllegalStateException(settings.name() + " was started or closed before");
        }
        var raft = new Raft(state.self(), settings.raft(), durable, surroundings.lots(), surroundings.moment());
        var forces = new GroupCommit(log, failure -> fail("the log of %s failed".formatted(settings.name()), failure));
        var cycle = new DutyCycle<>(
                raft,
                state,
                mailbox,
                log,
                forces,
                applier,
                snapshots,
                reading,
                sender,
                codec,
                surroundings,
                failure -> fail("the kernel of %s failed".formatted(settings.name()), failure));
        var applying = thread("applying", applier::run);
        var kernel = thread("kernel", cycle::run);
        running = new Running<>(cycle, forces, kernel, applying);
        applying.start();
        kernel.start();
    }

    private Thread thread(String what, Runnable body) {
        return Thread.ofPlatform()
                .daemon()
                .name(settings.name() + "-" + what)
                .uncaughtExceptionHandler(this::died)
                .unstarted(body);
    }

    private void died(Thread thread, Throwable cause) {
        fail("the thread %s of %s died".formatted(thread.getName(), settings.name()), cause);
    }

    private void fail(String what, Throwable cause) {
        if (failed.compareAndSet(false, true)) {
            surroundings.fatal().onFatal(what, cause);
            mailbox.close();
            applier.close(true);
        }
    }

    // ---- what peers say

    /// Takes a frame of a peer, and does what follows from it; waits when there are too many. For threads that
    /// nobody interrupts.
    ///
    /// @param peer who sent it, proved
    /// @throws RuntimeException when it is no message, or another node's: such a peer is to be cut off
    public void receive(String peer, byte[] frame) {
        var envelope = codec.decode(frame);
        if (!envelope.from().name().equals(peer)) {
            throw new IllegalArgumentException("says to be %s".formatted(envelope.from()));
        }
        try {
            mailbox.receive(new Input.Receive(envelope), frame.length);
            var now = running;
            if (now != null) {
                now.cycle().help();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what services want

    /// Has a command committed and applied, on the leader.
    ///
    /// @param command not to be changed any more
    /// @throws IllegalArgumentException when it is larger than any may be
    public CompletableFuture<Outcome<R>> propose(byte[] command) {
        return propose(List.of(command)).getFirst();
    }

    /// Has commands committed and applied, on the leader: in this order, and together where they fit. What
    /// becomes of one says nothing about another.
    ///
    /// @param commands not to be changed any more
    /// @throws IllegalArgumentException when one is larger than any may be; then none is proposed
    public List<CompletableFuture<Outcome<R>>> propose(List<byte[]> commands) {
        var proposals = new ArrayList<Request.Proposal<R>>(commands.size());
        for (var command : commands) {
            if (command.length > settings.raft().maxCommandBytes()) {
                throw new IllegalArgumentException("a command of %d bytes where %d are the most"
                        .formatted(command.length, settings.raft().maxCommandBytes()));
            }
            proposals.add(new Request.Proposal<>(command, new CompletableFuture<>()));
        }
        if (closing.get()) {
            proposals.forEach(proposal -> proposal.elsewhere(null));
        } else if (applier.isFull()) {
            proposals.forEach(proposal -> proposal.future().complete(new Outcome.Overloaded<>()));
        } else {
            var puts = mailbox.want(proposals);
            for (var i = 0; i < puts.size(); i++) {
                switch (puts.get(i)) {
                    case TAKEN -> {}
                    case FULL -> proposals.get(i).future().complete(new Outcome.Overloaded<>());
                    case CLOSED -> proposals.get(i).elsewhere(null);
                }
            }
        }
        return proposals.stream().map(Request.Proposal::future).toList();
    }

    /// Whether this node is the leader, by what a majority says from now on. Costs a round to the followers
    /// that all share who ask at the same time, and no force.
    public CompletableFuture<Confirmation> confirmLeadership() {
        var future = new CompletableFuture<Confirmation>();
        switch (mailbox.want(new Request.Question<>(future))) {
            case Put.TAKEN -> {}
            case Put.FULL -> future.complete(new Confirmation.Overloaded());
            case Put.CLOSED -> future.complete(new Confirmation.NotLeader(null));
        }
        return future;
    }

    /// Reads what includes everything that was acknowledged before this call, on the leader.
    ///
    /// @param query runs between two entries, the only time when anybody may look at the state machine
    public <T> CompletableFuture<Reading<T>> read(Supplier<T> query) {
        return confirmLeadership().thenCompose(confirmation -> {
            var future = new CompletableFuture<Reading<T>>();
            switch (confirmation) {
                case Confirmation.Confirmed(var _, var readIndex) ->
                    applier.query(
                            readIndex,
                            () -> answer(future, query),
                            () -> future.complete(new Reading.NotLeader<>(null)));
                case Confirmation.NotLeader(var leader) -> future.complete(new Reading.NotLeader<>(leader));
                case Confirmation.Overloaded _ -> future.complete(new Reading.Overloaded<>());
            }
            return future;
        });
    }

    /// Looks at the state as it is on this node, which may be behind.
    public <T> CompletableFuture<Reading<T>> readHere(Supplier<T> query) {
        var future = new CompletableFuture<Reading<T>>();
        applier.query(0, () -> answer(future, query), () -> future.complete(new Reading.NotLeader<>(null)));
        return future;
    }

    private <T> void answer(CompletableFuture<Reading<T>> future, Supplier<T> query) {
        try {
            future.complete(new Reading.Value<>(query.get(), applier.applied()));
        } catch (RuntimeException failure) {
            // The asker's fault, and no reason to end.
            future.completeExceptionally(failure);
        }
    }

    // ---- what operators want

    public CompletableFuture<OrderOutcome> transferLeadership(NodeId target) {
        var future = new CompletableFuture<OrderOutcome>();
        order(new Request.Transfer<>(target, future));
        return future;
    }

    /// Changes the members by one; done when that is committed.
    public CompletableFuture<OrderOutcome> changeMembers(MemberChange change) {
        var future = new CompletableFuture<OrderOutcome>();
        order(new Request.Change<>(change, future));
        return future;
    }

    private void order(Request<R> request) {
        if (!mailbox.order(request)) {
            request.elsewhere(null);
        }
    }

    /// Writes a snapshot now.
    ///
    /// @return up to where there is one then
    public CompletableFuture<Long> takeSnapshot() {
        var done = new CompletableFuture<Long>();
        if (!applier.save(done)) {
            done.cancel(false);
        }
        return done;
    }

    /// As of a moment after this call; cancelled when the node ends.
    public CompletableFuture<NodeStatus> status() {
        var now = running;
        return now == null
                ? CompletableFuture.failedFuture(new CancellationException())
                : look(future -> future.complete(new NodeStatus(
                        state.self(),
                        now.cycle().status(),
                        applier.applied(),
                        applier.pendingBytes(),
                        mailbox.waiting(),
                        now.cycle().open())));
    }

    public NodeId id() {
        return state.self();
    }

    public Role role() {
        return view().map(View::role).orElse(Role.FOLLOWER);
    }

    public long term() {
        return view().map(View::term).orElse(state.hard().term());
    }

    /// Whom this node takes for the leader; it may be another one by now.
    public Optional<NodeId> leader() {
        return view().flatMap(now -> Optional.ofNullable(now.leader()));
    }

    private Optional<View> view() {
        var now = running;
        return now == null ? Optional.empty() : Optional.of(now.cycle().view());
    }

    public long appliedIndex() {
        return applier.applied();
    }

    /// Whether it had to end, see [FatalHandler].
    public boolean isFailed() {
        return failed.get();
    }

    // ---- the end

    /// Hands the leadership over if it has it, then ends: what was committed is applied and answered, what was
    /// not is answered as unknown. Not to be called by the node's own threads.
    @Override
    public void close() throws IOException {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        var now = running;
        if (now != null) {
            handOver(now.cycle());
            mailbox.close();
            join(now.kernel());
            applier.close(false);
            join(now.applying());
        }
        end(writing);
        end(reading);
        if (now != null) {
            now.forces().close();
        }
        snapshots.close();
        log.close();
    }

    private void handOver(DutyCycle<R> cycle) {
        if (failed.get() || role() != Role.LEADER) {
            return;
        }
        var election = settings.raft().electionTimeout();
        try {
            var successor = successor(onceNothingIsOpen(cycle));
            if (successor.isPresent()) {
                await(
                        transferLeadership(successor.get()),
                        settings.raft().transferTimeout().plus(election));
                // Whoever stands now may need this node's vote.
                await(look(cycle::awaitAnotherLeader), election);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | CancellationException alone) {
            LOG.log(System.Logger.Level.WARNING, "{0} ends without having heard who leads now", id());
        }
    }

    /// What was accepted is to be answered before another one leads, who could not tell whose it was.
    private Status onceNothingIsOpen(DutyCycle<R> cycle)
            throws InterruptedException, ExecutionException, TimeoutException {
        var patience = settings.raft().electionTimeout();
        try {
            return await(look(cycle::awaitCalm), patience);
        } catch (TimeoutException busy) {
            return await(look(future -> future.complete(cycle.status())), patience);
        }
    }

    /// Asks the thread of the kernel.
    private <T> CompletableFuture<T> look(Consumer<CompletableFuture<T>> question) {
        var future = new CompletableFuture<T>();
        if (!mailbox.look(() -> question.accept(future))) {
            future.cancel(false);
        }
        return future;
    }

    private static <T> T await(CompletableFuture<T> future, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Optional<NodeId> successor(Status status) {
        return status.followers().stream()
                .filter(Status.Follower::votes)
                .filter(follower -> follower.silence().compareTo(settings.raft().electionTimeout()) < 0)
                .max(Comparator.comparingLong(Status.Follower::match))
                .map(Status.Follower::node);
    }

    private static void join(Thread thread) {
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException remembered) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(ExecutorService executor) {
        executor.close();
    }
}
