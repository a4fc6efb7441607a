package io.covenant.locks.node;

import io.covenant.consensus.node.Confirmation;
import io.covenant.consensus.node.FatalHandler;
import io.covenant.consensus.node.NodeDirectory;
import io.covenant.consensus.node.NodeListener;
import io.covenant.consensus.node.NodeStatus;
import io.covenant.consensus.node.OrderOutcome;
import io.covenant.consensus.node.RaftNode;
import io.covenant.consensus.node.Reading;
import io.covenant.consensus.node.Surroundings;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.transport.PeerTransport;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.consensus.transport.TransportSettings;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.primary.Input;
import io.covenant.locks.primary.Primary;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One replica of the lock service.
///
/// Any thread may call anything. Futures are completed by the node's own threads: what hangs on them must not
/// wait for anything.
public final class LockNode implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(LockNode.class);

    /// For so long a node that retires waits to hear who leads after it.
    private static final Duration SUCCESSOR = Duration.ofMillis(200);

    private final NodeOptions options;
    private final NamespaceMachine machine;
    private final RaftNode<Result> raft;
    private final EventStreams streams;
    private final PeerTransport transport;
    private final PrimaryDriver primary;
    private final Neighbours neighbours;
    private final Succession succession;

    /// Done while a primary is known.
    private volatile CompletableFuture<@Nullable Void> led = new CompletableFuture<>();

    /// Of a node that retires: whether its streams have been told who leads after it.
    private volatile CountDownLatch successorTold = new CountDownLatch(0);

    private volatile boolean leads;
    private volatile boolean closing;
    private volatile boolean closed;
    private @Nullable String told;

    private LockNode(NodeOptions options, FatalHandler fatal, TransportListener frames) throws IOException {
        this.options = options;
        streams = new EventStreams(options.perStream(), options.streams());
        machine = new NamespaceMachine(options.keptEvents(), new Applied());
        var storage = FileStorage.at(options.directory());
        begin(storage);
        raft = RaftNode.open(
                options.settings(),
                storage,
                machine,
                new Surroundings(
                        System::nanoTime,
                        InstantSource.system(),
                        bound -> ThreadLocalRandom.current().nextLong(bound),
                        new Listener(),
                        fatal));
        try {
            transport = transport(frames);
        } catch (IOException | RuntimeException failure) {
            raft.close();
            throw failure;
        }
        primary = new PrimaryDriver(options, machine, raft, fatal);
        succession = new Succession(options, raft);
        neighbours = new Neighbours(options, transport);
        neighbours.start();
    }

    /// Opens a replica, whose directory begins here when it is new: that of a founder, or of one that will be
    /// added to its group.
    ///
    /// @param fatal  ends the process
    /// @param frames hears what becomes of connections to peers
    public static LockNode open(NodeOptions options, FatalHandler fatal, TransportListener frames) throws IOException {
        return new LockNode(options, fatal, frames);
    }

    private void begin(FileStorage storage) throws IOException {
        var settings = options.settings();
        if (NodeDirectory.exists(storage, settings)) {
            return;
        }
        if (options.founders().isEmpty()) {
            var self = NodeDirectory.join(
                    storage, settings, () -> ThreadLocalRandom.current().nextLong());
            LOG.info("{} is new here and waits to be added to its group as {}", options.name(), self);
        } else {
            var founders = new HashMap<String, String>();
            options.founders().forEach(name -> founders.put(name, place(name).written()));
            NodeDirectory.found(storage, settings, founders);
            LOG.info("{} founds the group {} together with {}", options.name(), options.group(), options.founders());
        }
    }

    private Place place(String name) {
        var place = options.places().get(name);
        if (place == null) {
            throw new IllegalStateException("nobody says where %s is".formatted(name));
        }
        return place;
    }

    private PeerTransport transport(TransportListener frames) throws IOException {
        var settings = TransportSettings.standard(
                        options.group(), options.name(), place(options.name()).socket())
                .withFrameBytes(options.settings().frameBytes());
        return options.tls().isPresent()
                ? PeerTransport.withTls(settings, options.tls().get(), raft::receive, frames)
                : PeerTransport.onLoopback(settings, raft::receive, frames);
    }

    /// Takes part in the group from now on.
    public void start() {
        primary.start();
        raft.start(transport::send);
    }

    // ---- what clients ask

    /// Has a command done, by the primary.
    ///
    /// @param patience how long to wait for the end of a wait, where the command comes to one
    public CompletableFuture<Answer> ask(Command command, Duration patience) {
        return primary.ask(command, patience);
    }

    /// Has these done, by the primary, in this order; what waits is answered so, at once.
    public List<CompletableFuture<Answer>> ask(List<? extends Command> commands) {
        return primary.ask(commands);
    }

    /// A session's wish to live on, and the answers that its client knows.
    public record Renewal(long session, long ackUpTo) {}

    /// Renews the leases of these sessions.
    public List<CompletableFuture<Answer>> renew(List<Renewal> renewals) {
        return primary.renew(renewals);
    }

    /// Renews a session's lease.
    public CompletableFuture<Answer> renew(long session, long ackUpTo) {
        return primary.renew(List.of(new Renewal(session, ackUpTo))).getFirst();
    }

    /// Reads what includes everything that was acknowledged before this call, at the primary. As nobody is answered
    /// out of an epoch that is over, it counts as overloaded until it has raised the epoch.
    ///
    /// @param query runs on the thread that applies entries: to be quick
    public <T> CompletableFuture<Reading<T>> read(Function<Namespace, T> query) {
        if (leads && machine.epoch() < options.primary().epoch()) {
            return CompletableFuture.completedFuture(new Reading.Overloaded<>());
        }
        return raft.read(() -> query.apply(machine.namespace()));
    }

    /// Reads what this node has, which may be behind.
    public <T> CompletableFuture<Reading<T>> readHere(Function<Namespace, T> query) {
        return raft.readHere(() -> query.apply(machine.namespace()));
    }

    /// Waits until this node has applied an index.
    ///
    /// @return whether it has
    public boolean awaitIndex(long index, Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        while (raft.appliedIndex() < index && System.nanoTime() < until && !closed) {
            Thread.sleep(1);
        }
        return raft.appliedIndex() >= index;
    }

    /// Confirms that this node leads; the index includes everything that was acknowledged before.
    public CompletableFuture<Confirmation> confirm() {
        return raft.confirmLeadership();
    }

    /// How long a session's lease still runs, where that is counted here.
    public OptionalLong remainingMillis(long session) {
        return primary.remainingMillis(session);
    }

    // ---- what happens

    /// Opens the stream of a session.
    ///
    /// @param terse without what the session hears as the answers to its requests
    /// @param after the place up to which the reader knows everything, see [EventStream]; negative for now
    /// @return empty when there are too many streams
    public Optional<EventStream> eventsOf(long session, boolean terse, long after) {
        return begin(streams.ofSession(session, terse, after));
    }

    /// Opens the stream of what happens to names with this prefix.
    ///
    /// @param principal who reads it, and hears of no file that is none of his business
    public Optional<EventStream> eventsUnder(String prefix, String principal, long after) {
        return begin(streams.ofNames(prefix, principal, after));
    }

    private Optional<EventStream> begin(@Nullable EventStream stream) {
        if (stream == null) {
            return Optional.empty();
        }
        if (closing) {
            stream.end();
        } else {
            var _ = raft.readHere(() -> {
                streams.begin(stream, machine.namespace());
                return true;
            });
        }
        return Optional.of(stream);
    }

    // ---- what operators ask

    public String name() {
        return options.name();
    }

    /// With the number of its disk, which the group knows it by.
    public NodeId id() {
        return raft.id();
    }

    public CompletableFuture<NodeStatus> status() {
        return raft.status();
    }

    public CompletableFuture<OrderOutcome> transferLeadership(NodeId to) {
        return raft.transferLeadership(to);
    }

    public CompletableFuture<OrderOutcome> changeMembers(MemberChange change) {
        return raft.changeMembers(change);
    }

    public CompletableFuture<Long> takeSnapshot() {
        return raft.takeSnapshot();
    }

    public Members members() {
        return neighbours.members();
    }

    public Primary.Figures figures() {
        return primary.figures();
    }

    public int openStreams() {
        return streams.count();
    }

    /// Readers that did not keep up, since the start.
    public int readersCutOff() {
        return streams.cutOff();
    }

    public Role role() {
        return raft.role();
    }

    public long term() {
        return raft.term();
    }

    /// Up to where this node has applied the log.
    public long index() {
        return Math.max(raft.appliedIndex(), machine.index());
    }

    /// The time of the state, as far as this node knows it.
    public long logicalMillis() {
        return primary.logicalMillis();
    }

    public long epoch() {
        return machine.epoch();
    }

    public boolean isFailed() {
        return raft.isFailed();
    }

    /// The name of the node that this one takes for the primary.
    public Optional<String> leader() {
        return raft.leader().map(NodeId::name);
    }

    /// Where a node's HTTP API is, if that is known.
    public Optional<URI> api(String name) {
        return neighbours.api(name);
    }

    /// Waits a moment for a primary to be known, as none is while one takes over from another.
    public Optional<String> awaitLeader(Duration patience) throws InterruptedException {
        try {
            led.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException none) {
            return leader();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
        return leader();
    }

    // ---- what the log says

    private final class Applied implements NamespaceMachine.Listener {

        @Override
        public void applied(Result result, long nextDueMillis) {
            if (leads) {
                primary.on(new Input.Applied(result, nextDueMillis));
                report(result);
            }
            streams.tell(result.index(), machine.namespace(), result.events());
        }

        @Override
        public void restored(long index, long epoch) {
            streams.tellCompacted(index, epoch);
        }
    }

    private static void report(Result result) {
        long lost = 0;
        for (var event : result.events()) {
            switch (event) {
                case Event.Released(var _, var _, var _, var _, var cause)
                when cause == Event.Cause.SESSION_EXPIRED -> lost++;
                case Event.Released(var index, var session, var name, var token, var cause)
                when cause == Event.Cause.FORCED ->
                    LOG.info("session {} lost {} with token {} at index {}: forced", session, name, token, index);
                case Event.SessionEnded(var index, var session, var cause)
                when cause == Event.Cause.SESSION_EXPIRED ->
                    LOG.info(
                            "session {} expired at index {}: its client was not heard in time; it held {} names",
                            session,
                            index,
                            lost);
                case Event.SessionEnded _,
                        Event.Released _,
                        Event.Granted _,
                        Event.Settled _,
                        Event.Contended _,
                        Event.SessionOpened _,
                        Event.FileChanged _ -> {}
            }
        }
    }

    private final class Listener implements NodeListener {

        @Override
        public void became(Role role, long term, @Nullable NodeId leader) {
            boolean leading = role == Role.LEADER;
            var name = leader == null ? null : leader.name();
            if (leading != leads || (name != null && !name.equals(told))) {
                LOG.info("{} is {} in term {}, led by {}", options.name(), role, term, name);
            }
            leads = leading;
            if (leading) {
                succession.leads();
            }
            if (name != null) {
                led.complete(null);
            } else if (led.isDone()) {
                led = new CompletableFuture<>();
            }
            primary.on(new Input.Became(leading, term, name));
            if (!Objects.equals(name, told)) {
                told = name;
                streams.tellLeader(name == null ? null : api(name).orElse(null));
            }
            if (!leading && name != null) {
                successorTold.countDown();
            }
        }

        @Override
        public void membersAre(Members now) {
            neighbours.membersAre(now);
        }

        @Override
        public void snapshotFailed(Exception why) {
            LOG.warn("{} could not write a snapshot, and tries again later", options.name(), why);
        }
    }

    // ---- the end

    /// Has another node lead, and ends what waits here for long. Streams end last: their readers hear first
    /// where to go, and do not come back here meanwhile.
    public void retire(Duration patience) throws InterruptedException {
        try {
            var told = new CountDownLatch(1);
            successorTold = told;
            if (handOver(patience) instanceof OrderOutcome.Done) {
                var _ = told.await(SUCCESSOR.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            closing = true;
            streams.end();
        }
    }

    /// Lets the most complete of the others lead, if this one does.
    public OrderOutcome handOver(Duration patience) throws InterruptedException {
        return succession.handOver(patience);
    }

    /// Leads no longer than it takes to hand over, until told otherwise.
    public void drain(boolean wanted) {
        succession.drain(wanted);
    }

    public boolean isDrained() {
        return succession.isDrained();
    }

    /// As if the process had died, but for its memory and its directory: for tests.
    public void cutOff() throws IOException {
        transport.close();
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closing = true;
        streams.end();
        raft.close();
        closed = true;
        neighbours.close();
        transport.close();
        primary.close();
    }
}
