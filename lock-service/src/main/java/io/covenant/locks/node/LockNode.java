package io.covenant.locks.node;

import io.covenant.consensus.node.Confirmation;
import io.covenant.consensus.node.FatalHandler;
import io.covenant.consensus.node.NodeDirectory;
import io.covenant.consensus.node.NodeListener;
import io.covenant.consensus.node.NodeStatus;
import io.covenant.consensus.node.OrderOutcome;
import io.covenant.consensus.node.Outcome;
import io.covenant.consensus.node.RaftNode;
import io.covenant.consensus.node.Reading;
import io.covenant.consensus.node.Surroundings;
import io.covenant.consensus.raft.MemberChange;
import io.covenant.consensus.raft.Members;
import io.covenant.consensus.raft.NodeId;
import io.covenant.consensus.raft.Role;
import io.covenant.consensus.raft.Status;
import io.covenant.consensus.transport.PeerTransport;
import io.covenant.consensus.transport.TransportListener;
import io.covenant.consensus.transport.TransportSettings;
import io.covenant.consensus.wal.FileStorage;
import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Namespace;
import io.covenant.locks.namespace.Result;
import io.covenant.locks.primary.Answer;
import io.covenant.locks.primary.Effect;
import io.covenant.locks.primary.Input;
import io.covenant.locks.primary.Input.Fate;
import io.covenant.locks.primary.Input.Standing;
import io.covenant.locks.primary.Primary;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
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

    /// Nodes may move while their names stay.
    private static final Duration RESOLVE_AGAIN = Duration.ofSeconds(5);

    private final NodeOptions options;
    private final NamespaceMachine machine;
    private final RaftNode<Result> raft;
    private final EventStreams streams;
    private final PeerTransport transport;

    /// Guards the primary's part; held for moments only.
    private final ReentrantLock guard = new ReentrantLock();

    private final Condition sooner = guard.newCondition();
    private final Primary primary;
    private long wakeAt;

    private final Map<Long, CompletableFuture<Answer>> asked = new ConcurrentHashMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final FatalHandler fatal;
    private final Thread ticking;
    private final Thread following;
    private Map<String, InetSocketAddress> resolved = Map.of();
    /// Done while a primary is known.
    private volatile CompletableFuture<@Nullable Void> led = new CompletableFuture<>();

    private volatile boolean leads;
    private volatile boolean closing;
    private volatile boolean drained;
    private volatile boolean closed;
    private volatile Members members = Members.nobody();
    private @Nullable String told;

    private LockNode(NodeOptions options, FatalHandler fatal, TransportListener frames) throws IOException {
        this.options = options;
        this.fatal = fatal;
        streams = new EventStreams(options.perStream(), options.streams());
        primary = new Primary(options.primary(), System.nanoTime());
        wakeAt = primary.deadline();
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
        ticking = Thread.ofPlatform().daemon().name(options.name() + "-primary").unstarted(this::tick);
        following = Thread.ofVirtual().name(options.name() + "-follows").unstarted(this::follow);
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
        connect();
        ticking.start();
        following.start();
        raft.start(transport::send);
    }

    // ---- what clients ask

    /// Has a command done, by the primary.
    ///
    /// @param patience how long to wait for the end of a wait, where the command comes to one
    public CompletableFuture<Answer> ask(Command command, Duration patience) {
        return submit(ticket -> new Input.Ask(ticket, command, patience.toMillis()));
    }

    /// Has these done, by the primary, in this order; what waits is answered so, at once.
    public List<CompletableFuture<Answer>> ask(List<? extends Command> commands) {
        return submit(commands, (ticket, command) -> new Input.Ask(ticket, command, 0));
    }

    /// A session's wish to live on, and the answers that its client knows.
    public record Renewal(long session, long ackUpTo) {}

    /// Renews the leases of these sessions.
    public List<CompletableFuture<Answer>> renew(List<Renewal> renewals) {
        return submit(renewals, (ticket, one) -> new Input.Renew(ticket, one.session(), one.ackUpTo()));
    }

    private <T> List<CompletableFuture<Answer>> submit(
            List<? extends T> wishes, BiFunction<Long, ? super T, Input> input) {
        var futures = new ArrayList<CompletableFuture<Answer>>(wishes.size());
        var inputs = new ArrayList<Input>(wishes.size());
        for (var wish : wishes) {
            var future = new CompletableFuture<Answer>();
            futures.add(future);
            if (closed) {
                future.complete(new Answer.NotPrimary(null));
            } else {
                long ticket = tickets.incrementAndGet();
                asked.put(ticket, future);
                inputs.add(input.apply(ticket, wish));
            }
        }
        on(inputs);
        return futures;
    }

    /// Renews a session's lease.
    public CompletableFuture<Answer> renew(long session, long ackUpTo) {
        return submit(ticket -> new Input.Renew(ticket, session, ackUpTo));
    }

    private CompletableFuture<Answer> submit(Function<Long, Input> input) {
        long ticket = tickets.incrementAndGet();
        var future = new CompletableFuture<Answer>();
        if (closed) {
            future.complete(new Answer.NotPrimary(null));
            return future;
        }
        asked.put(ticket, future);
        on(input.apply(ticket));
        return future;
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
        guard.lock();
        try {
            return primary.remainingMillis(System.nanoTime(), session);
        } finally {
            guard.unlock();
        }
    }

    // ---- what happens

    /// Opens the stream of a session.
    ///
    /// @param terse without what the session hears as the answers to its requests
    /// @param after the place up to which the reader knows everything, see [EventStream]; negative for now
    /// @return empty when there are too many streams
    public Optional<EventStream> eventsOf(long session, boolean terse, long after) {
        return begin(streams.make(session, "", terse, after));
    }

    /// Opens the stream of what happens to names with this prefix.
    public Optional<EventStream> eventsUnder(String prefix, long after) {
        return begin(streams.make(0, prefix, false, after));
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
        return members;
    }

    public Primary.Figures figures() {
        guard.lock();
        try {
            return primary.figures();
        } finally {
            guard.unlock();
        }
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
        guard.lock();
        try {
            return primary.isArmed() ? primary.logicalMillis() : machine.timeMillis();
        } finally {
            guard.unlock();
        }
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

    /// Where a node's HTTP API is, if that is known.
    public Optional<URI> api(String name) {
        var configured = options.places().get(name);
        if (configured != null) {
            return Optional.ofNullable(configured.api());
        }
        return members.addresses().entrySet().stream()
                .filter(member -> member.getKey().name().equals(name))
                .findFirst()
                .flatMap(member -> Place.read(member.getValue()))
                .map(Place::api);
    }

    // ---- joining the parts

    private void on(Input input) {
        on(List.of(input));
    }

    private void on(List<? extends Input> inputs) {
        try {
            step(inputs);
        } catch (RuntimeException | Error failure) {
            fatal.onFatal("the primary's part of %s failed".formatted(name()), failure);
        }
    }

    private void step(List<? extends Input> inputs) {
        List<Effect> effects;
        guard.lock();
        try {
            long now = System.nanoTime();
            effects = primary.on(now, inputs);
            long deadline = primary.deadline();
            if (deadline - wakeAt < 0) {
                wakeAt = deadline;
                sooner.signal();
            }
        } finally {
            guard.unlock();
        }
        for (var effect : effects) {
            perform(effect);
        }
    }

    private void tick() {
        while (!closed) {
            guard.lock();
            try {
                wakeAt = primary.deadline();
                for (long left = wakeAt - System.nanoTime(); left > 0 && !closed; left = wakeAt - System.nanoTime()) {
                    sooner.awaitNanos(left);
                }
            } catch (InterruptedException end) {
                return;
            } finally {
                guard.unlock();
            }
            on(new Input.Tick());
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Propose propose -> propose(propose);
            case Effect.Tell(var ticket, var answer) -> {
                var future = asked.remove(ticket);
                if (future != null) {
                    future.complete(answer);
                }
            }
            case Effect.Confirm(var round) -> {
                var _ = raft.confirmLeadership()
                        .thenAccept(confirmation -> on(new Input.Confirmed(round, standing(confirmation))));
            }
            case Effect.Arm(var term) -> {
                var _ = raft.read(() -> arm(term));
            }
            case Effect.Collect(var at, var atMost) -> {
                var _ = raft.readHere(() -> collect(at, atMost));
            }
            case Effect.Find(var ticket, var session) -> {
                var _ = raft.read(() -> machine.namespace().session(session).isPresent())
                        .thenAccept(reading -> on(found(ticket, reading)));
            }
        }
    }

    private boolean collect(long atMillis, int atMost) {
        on(new Input.Due(machine.namespace().timers().due(atMillis, atMost)));
        return true;
    }

    private void propose(Effect.Propose propose) {
        try {
            var _ = raft.propose(new StampedCommand(propose.timeMillis(), propose.command()).encode())
                    .thenAccept(outcome -> on(new Input.Proposed(propose.proposal(), fate(outcome))));
        } catch (IllegalArgumentException tooLarge) {
            LOG.error("a command could not be written: {}", tooLarge.getMessage());
            on(new Input.Proposed(propose.proposal(), new Fate.Overloaded()));
        }
    }

    /// On the thread that applies entries, between two of them.
    private boolean arm(long term) {
        var namespace = machine.namespace();
        long time = namespace.timeMillis();
        on(new Input.Armed(
                term,
                namespace.epoch(),
                // Only so that the first times of a new group look like times; nobody's clock is compared.
                time == 0 ? System.currentTimeMillis() : time,
                namespace.timers().arm(options.primary().grace().toMillis()),
                machine.nextDue()));
        return true;
    }

    private static Fate fate(Outcome<Result> outcome) {
        return switch (outcome) {
            case Outcome.Applied<Result>(var _, var term, var result) -> new Fate.Done(term, result);
            case Outcome.NotLeader<Result>(var leader) -> new Fate.NotLeader(leader == null ? null : leader.name());
            case Outcome.Overloaded<Result> _ -> new Fate.Overloaded();
            case Outcome.Unknown<Result> _ -> new Fate.Unknown();
        };
    }

    private static Standing standing(Confirmation confirmation) {
        return switch (confirmation) {
            case Confirmation.Confirmed(var term, var _) -> new Standing.Leads(term);
            case Confirmation.NotLeader(var leader) -> new Standing.NotLeader(leader == null ? null : leader.name());
            case Confirmation.Overloaded _ -> new Standing.Overloaded();
        };
    }

    private Input.Found found(long ticket, Reading<Boolean> reading) {
        return switch (reading) {
            case Reading.Value<Boolean>(var known, var index) ->
                new Input.Found(ticket, known, index, new Standing.Leads(raft.term()));
            case Reading.NotLeader<Boolean>(var leader) ->
                new Input.Found(ticket, false, 0, new Standing.NotLeader(leader == null ? null : leader.name()));
            case Reading.Overloaded<Boolean> _ -> new Input.Found(ticket, false, 0, new Standing.Overloaded());
        };
    }

    private final class Applied implements NamespaceMachine.Listener {

        @Override
        public void applied(Result result, long nextDueMillis) {
            if (leads) {
                on(new Input.Applied(result, nextDueMillis));
                report(result);
            }
            streams.tell(result.index(), machine.epoch(), result.events());
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
            if (leading && drained) {
                Thread.ofVirtual().name(options.name() + "-drained").start(LockNode.this::leadNoLonger);
            }
            if (name != null) {
                led.complete(null);
            } else if (led.isDone()) {
                led = new CompletableFuture<>();
            }
            on(new Input.Became(leading, term, name));
            if (!Objects.equals(name, told)) {
                told = name;
                streams.tellLeader(name == null ? null : api(name).orElse(null));
            }
        }

        @Override
        public void membersAre(Members now) {
            members = now;
            // Names may take long to resolve; what is lost until then is sent again.
            Thread.ofVirtual().name(options.name() + "-connects").start(LockNode.this::connect);
        }

        @Override
        public void snapshotFailed(Exception why) {
            LOG.warn("{} could not write a snapshot, and tries again later", options.name(), why);
        }
    }

    private void follow() {
        while (!closed) {
            connect();
            try {
                Thread.sleep(RESOLVE_AGAIN);
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    /// To all members, and to nobody else; while none are known, to those whom the configuration names. Where a
    /// name cannot be resolved at the moment, its address of before counts.
    private synchronized void connect() {
        var now = members;
        var places = new HashMap<String, Place>();
        if (!now.known()) {
            places.putAll(options.places());
        } else {
            for (var some : List.of(now.voters(), now.learners())) {
                for (var node : some) {
                    placeOf(node, now).ifPresent(place -> places.put(node.name(), place));
                }
            }
        }
        var peers = new HashMap<String, InetSocketAddress>();
        places.forEach((name, place) -> {
            var address = place.socket();
            var before = resolved.get(name);
            peers.put(name, address.isUnresolved() && before != null ? before : address);
        });
        resolved = Map.copyOf(peers);
        if (!closed) {
            transport.peers(peers);
        }
    }

    private Optional<Place> placeOf(NodeId node, Members now) {
        var configured = options.places().get(node.name());
        if (configured != null) {
            return Optional.of(configured);
        }
        var written = now.addresses().get(node);
        return written == null ? Optional.empty() : Place.read(written);
    }

    // ---- the end

    /// Ends what waits here for long: streams end, and another node leads.
    public void retire(Duration patience) throws InterruptedException {
        closing = true;
        streams.end();
        handOver(patience);
    }

    /// Lets the most complete of the others lead, if this one does.
    public OrderOutcome handOver(Duration patience) throws InterruptedException {
        if (raft.role() != Role.LEADER) {
            return new OrderOutcome.NotLeader(raft.leader().orElse(null));
        }
        try {
            var status = raft.status()
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS)
                    .raft();
            var successor = status.followers().stream()
                    .filter(follower -> follower.votes()
                            && follower.silence().compareTo(options.raft().electionTimeout()) < 0)
                    .max(Comparator.comparingLong(Status.Follower::match));
            if (successor.isEmpty()) {
                return new OrderOutcome.Unknown("nobody else is there to lead");
            }
            var outcome =
                    raft.transferLeadership(successor.get().node()).get(patience.toMillis(), TimeUnit.MILLISECONDS);
            LOG.info(
                    "{} hands the leadership over to {}: {}",
                    name(),
                    successor.get().node(),
                    outcome);
            return outcome;
        } catch (ExecutionException | TimeoutException | CancellationException alone) {
            LOG.warn("{} could not hand the leadership over in time", name());
            return new OrderOutcome.Unknown("it took too long");
        }
    }

    private void leadNoLonger() {
        try {
            handOver(options.raft().transferTimeout());
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /// Leads no longer than it takes to hand over, until told otherwise.
    public void drain(boolean wanted) {
        drained = wanted;
    }

    public boolean isDrained() {
        return drained;
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
        transport.close();
        ticking.interrupt();
        following.interrupt();
        asked.values().forEach(future -> future.complete(new Answer.NotPrimary(null)));
        asked.clear();
    }
}
