package io.covenant.locks.client;

import io.covenant.locks.session.Operation;
import io.covenant.locks.session.Outcome;
import io.covenant.locks.session.SessionSettings;
import io.covenant.locks.session.SessionState;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.locks.wire.Verified;
import io.covenant.locks.wire.VerifySequencer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Locks, semaphores, elections and small files of the lock service, in one session that this client keeps alive.
///
/// When the session ends (the service ended it, or was not heard of for a lease and the grace), every handle is
/// dead for good; what is asked for after that is asked for in another session. Any thread may use it; each thread
/// owns the locks it acquires.
public final class LockClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LockClient.class);
    private static final long CLOSING_MILLIS = 2_500;

    private final Settings settings;
    private final Clocks clocks = Clocks.ofTheMachine();
    private final Connections connections;
    private final Threads threads;
    private final HttpCalls http;
    private final Reads reads;
    private final List<LockClientListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger nextNode = new AtomicInteger();
    private @Nullable Session session;
    private @Nullable EventStream events;
    private boolean follows;
    private boolean closed;

    private LockClient(Settings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
        threads = connections.threads();
        http = connections.http();
        reads = new Reads(
                http,
                settings.session().nodes(),
                this::node,
                Duration.ofMillis(2 * settings.session().attemptMillis()),
                settings.patience());
    }

    /// With the usual settings.
    ///
    /// @param nodes base URIs of the service's nodes
    public static LockClient of(URI... nodes) {
        return builder(Arrays.asList(nodes)).build();
    }

    public static Builder builder(List<URI> nodes) {
        return new Builder(nodes);
    }

    /// Another client, with a session of its own, for locks that must not be lost together with those of this one. They
    /// share connections and threads, and their keep-alives travel together. Each is closed by itself.
    ///
    /// @param name of its session, for operators to see
    public LockClient another(String name) {
        return new LockClient(settings.named(name), connections.join());
    }

    /// Opens the session now rather than at the first use. Does not wait for it.
    public LockClient start() {
        current();
        return this;
    }

    /// Waits until it holds the lock.
    ///
    /// @throws LockRefusedException            by a rule; a deadlock for instance
    /// @throws LockLostException               when the session ends before
    /// @throws LockServiceUnavailableException when no node answers
    public LeasedLock acquire(String name) throws InterruptedException {
        return acquire(LockRequest.exclusive(name));
    }

    /// @throws LockTimeoutException when it is not held within the request's wait
    public LeasedLock acquire(LockRequest request) throws InterruptedException {
        return tryAcquire(request)
                .orElseThrow(() -> new LockTimeoutException("%s: held by others%s"
                        .formatted(request.names(), request.atMost() == null ? "" : ", for " + request.atMost())));
    }

    /// Takes it if it is free now.
    public Optional<LeasedLock> tryAcquire(String name) throws InterruptedException {
        return tryAcquire(LockRequest.exclusive(name).trying());
    }

    public Optional<LeasedLock> tryAcquire(String name, Duration wait) throws InterruptedException {
        return tryAcquire(LockRequest.exclusive(name).waiting(wait));
    }

    /// @return empty when others hold it for longer than the request's wait
    public Optional<LeasedLock> tryAcquire(LockRequest request) throws InterruptedException {
        var strand = request.strand();
        long owner = strand == null ? Thread.currentThread().threadId() : strand;
        var holder = currentFollowed();
        return switch (holder.ask(request.operation(owner), settings.patience())) {
            case Outcome.Held(var granted) -> Optional.of(holder.hold(owner, granted));
            case Outcome.TimedOut _ -> Optional.empty();
            case Outcome.Refused(var problem)
            when problem.is(LockProblemCode.BUSY) || problem.is(LockProblemCode.DELAYED) -> Optional.empty();
            case Outcome.Refused(var problem) -> throw new LockRefusedException(request.names(), problem);
            case Outcome.Unavailable(var why) ->
                throw new LockServiceUnavailableException("%s: %s".formatted(request.names(), why));
            case Outcome.SessionEnded(var why) ->
                throw new LockLostException(
                        "%s: the session ended before it was held, %s".formatted(request.names(), why));
            case Outcome.Done _ -> throw new IllegalStateException("no grants for " + request.names());
        };
    }

    /// Does this work under a lock, and interrupts it when the lock is lost meanwhile.
    ///
    /// @throws LockLostException when the lock was lost; what the work threw is its cause
    public <T extends @Nullable Object, E extends Exception> T guarded(LockRequest request, GuardedWork<T, E> work)
            throws E, InterruptedException {
        var lock = acquire(request);
        var interruption = new Interruption();
        LockClientListener jeopardy = new LockClientListener() {
            @Override
            public void sessionChanged(SessionChange change) {
                if (change.session() == lock.session() && change.to() == SessionState.JEOPARDY) {
                    interruption.because("its session is in jeopardy: " + change.why());
                }
            }
        };
        if (settings.interruptInJeopardy()) {
            listeners.add(jeopardy);
        }
        if (settings.interrupt()) {
            lock.onLost(interruption::because);
        }
        T result;
        try {
            result = work.run(lock);
        } catch (Throwable failure) {
            var why = interruption.end();
            releaseQuietly(lock);
            if (why != null && !(failure instanceof Error)) {
                throw new LockLostException(lostDuringWork(request, why), failure);
            }
            throw failure;
        } finally {
            listeners.remove(jeopardy);
        }
        var why = interruption.end();
        if (why != null) {
            releaseQuietly(lock);
            throw new LockLostException(lostDuringWork(request, why));
        }
        lock.release();
        return result;
    }

    private static String lostDuringWork(LockRequest request, String why) {
        return "%s was lost during the work: %s".formatted(request.names(), why);
    }

    /// What the work threw says more.
    private static void releaseQuietly(LeasedLock lock) {
        try {
            lock.release();
        } catch (LockLostException lost) {
            LOG.debug("after work that failed", lost);
        }
    }

    public Election election(String name) {
        return new Election(this, name);
    }

    public LockFiles files() {
        return new LockFiles(this);
    }

    /// Follows files, grants and leaders whose names begin like this.
    public Watch watch(String prefix, WatchListener listener) {
        return watch(prefix, () -> {}, listener);
    }

    /// Follows them, and says when it begins to.
    ///
    /// @param begin called by the thread that calls the listener, whenever it is connected: what is looked at from
    ///              then on leaves no gap before what is heard
    public Watch watch(String prefix, Runnable begin, WatchListener listener) {
        var path = "/api/v1/watch?prefix=" + URLEncoder.encode(prefix, StandardCharsets.UTF_8);
        var stream = new EventStream(
                connections.source(), threads, this::anyNode, path, node -> beginAt(node, begin), listener::changed);
        return stream.start("watch")::close;
    }

    private static void beginAt(@Nullable String node, Runnable begin) {
        if (node != null) {
            begin.run();
        }
    }

    /// Whether somebody holds just this, by this very grant.
    public boolean verify(String sequencer) throws InterruptedException {
        return reads.read(
                        Verified.class,
                        node -> http.json(node, "/api/v1/sequencers/verify", new VerifySequencer(sequencer)))
                .valid();
    }

    /// Of the present session; OPENING when there is none yet.
    public SessionState state() {
        var now = peek();
        return now == null ? SessionState.OPENING : now.state();
    }

    /// Of the present session; 0 when there is none.
    public long session() {
        var now = peek();
        return now == null ? 0 : now.id();
    }

    /// What is held in the present session.
    public List<LeasedLock> held() {
        var now = peek();
        return now == null ? List.of() : List.copyOf(now.held());
    }

    /// For how long the session lives even if the service is never heard of again.
    public Duration remaining() {
        var now = peek();
        return Duration.ofMillis(now == null ? 0 : now.lease().remainingMillis(now.now()));
    }

    public LockClient listen(LockClientListener listener) {
        listeners.add(listener);
        return this;
    }

    /// Ends the session: the service passes all its locks on at once.
    @Override
    public void close() {
        Session last;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            last = session;
            if (events != null) {
                events.close();
            }
        }
        if (last != null) {
            last.close();
            long until = clocks.now().nanos() + CLOSING_MILLIS * 1_000_000;
            while (!last.finished() && clocks.now().nanos() < until) {
                if (!pause()) {
                    break;
                }
            }
        }
        connections.leave();
    }

    private static boolean pause() {
        try {
            Thread.sleep(2);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    Outcome ask(Operation operation) throws InterruptedException {
        return current().ask(operation, settings.patience());
    }

    Reads reads() {
        return reads;
    }

    private synchronized @Nullable Session peek() {
        return session;
    }

    private synchronized Session current() {
        if (closed) {
            throw new IllegalStateException("the lock client is closed");
        }
        if (session == null || session.state().ended()) {
            if (events != null) {
                events.close();
                events = null;
            }
            var random = ThreadLocalRandom.current().nextLong();
            session = new Session(settings.session().withSeed(random), clocks, connections, new Listeners());
            session.open();
        }
        return session;
    }

    /// The events tell of what is waited for and held: before there is anything of it, nobody listens to them.
    private synchronized Session currentFollowed() {
        var now = current();
        follows = true;
        if (events == null && now.id() != 0) {
            follow(now);
        }
        return now;
    }

    private String node() {
        var now = peek();
        return now == null ? anyNode() : now.node();
    }

    private String anyNode() {
        var nodes = settings.session().nodes();
        return nodes.get(Math.floorMod(nextNode.getAndIncrement(), nodes.size()));
    }

    private synchronized void follow(Session opened) {
        if (closed || opened != session || events != null || !follows || !settings.events()) {
            return;
        }
        var path = "/api/v1/lock-sessions/%d/events?terse=true".formatted(opened.id());
        var stream = new EventStream(
                connections.source(),
                threads,
                opened::node,
                path,
                opened::following,
                (index, event) -> heard(opened, index, event));
        opened.onLeader(stream::moveTo);
        events = stream.start("events");
    }

    private void heard(Session of, long index, LockEvent event) {
        switch (event) {
            case LockEvent.Settled settled -> of.told(index, settled);
            case LockEvent.Released released
            when released.cause() == LockEvent.Cause.FORCED ->
                of.held().stream()
                        .filter(lock -> lock.covers(released.name(), released.token()))
                        .toList()
                        .forEach(lock -> threads.notify(() -> of.lose(lock, "an operator took " + released.name())));
            case LockEvent.Contended(var name, var token) ->
                of.held().stream()
                        .filter(lock -> lock.caresForContention() && lock.covers(name, token))
                        .toList()
                        .forEach(lock -> threads.notify(lock::contended));
            case LockEvent.Released _,
                    LockEvent.Granted _,
                    LockEvent.Expired _,
                    LockEvent.Leader _,
                    LockEvent.Changed _,
                    LockEvent.Compacted _ -> {}
        }
    }

    private final class Listeners implements LockClientListener {

        @Override
        public void sessionChanged(SessionChange change) {
            var now = peek();
            if (change.to() == SessionState.SAFE && now != null && now.id() == change.session()) {
                follow(now);
            }
            listeners.forEach(listener -> listener.sessionChanged(change));
        }

        @Override
        public void lockLost(LeasedLock lock, String why) {
            listeners.forEach(listener -> listener.lockLost(lock, why));
        }

        @Override
        public void settled(String operation, String outcome, Duration took) {
            listeners.forEach(listener -> listener.settled(operation, outcome, took));
        }
    }

    private record Settings(
            SessionSettings session,
            Duration patience,
            boolean events,
            boolean interrupt,
            boolean interruptInJeopardy) {

        Settings named(String name) {
            return new Settings(session.withName(name), patience, events, interrupt, interruptInJeopardy);
        }
    }

    /// Builds a client; what is not set has the value that fits most.
    public static final class Builder {

        private final List<URI> nodes;
        private String name = "";
        private Duration ttl = Duration.ofSeconds(10);
        private @Nullable Duration attempt;
        private @Nullable Duration margin;
        private Duration grace = Duration.ofSeconds(30);
        private Duration patience = Duration.ofSeconds(5);
        private double drift = 0.01;
        private boolean events = true;
        private boolean interrupt = true;
        private boolean interruptInJeopardy;
        private @Nullable HttpClient http;
        private @Nullable Supplier<SSLContext> tls;
        private Supplier<Map<String, String>> headers = Map::of;

        private Builder(List<URI> nodes) {
            this.nodes = new ArrayList<>(nodes);
        }

        /// Of the session, for operators to see.
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /// For so long at most the locks of a crashed client stay taken.
        public Builder ttl(Duration ttl) {
            this.ttl = ttl;
            return this;
        }

        /// Of a node's silence that is taken for a failure.
        public Builder attempt(Duration attempt) {
            this.attempt = attempt;
            return this;
        }

        /// By how much earlier than it must the client stops believing in its lease.
        public Builder margin(Duration margin) {
            this.margin = margin;
            return this;
        }

        /// How long a session in jeopardy is not given up.
        public Builder grace(Duration grace) {
            this.grace = grace;
            return this;
        }

        /// With a service that does not answer; beside the wait of an acquire.
        public Builder patience(Duration patience) {
            this.patience = patience;
            return this;
        }

        /// By how much the rates of clocks may differ, 0.01 being a hundredth.
        public Builder drift(double drift) {
            this.drift = drift;
            return this;
        }

        /// Whether to hear of locks that an operator takes, and of others who begin to wait.
        public Builder events(boolean events) {
            this.events = events;
            return this;
        }

        /// Whether guarded work is interrupted when its lock is lost.
        public Builder interrupt(boolean interrupt) {
            this.interrupt = interrupt;
            return this;
        }

        /// Whether guarded work is interrupted already when it is uncertain that its lock is held.
        public Builder interruptInJeopardy(boolean interruptInJeopardy) {
            this.interruptInJeopardy = interruptInJeopardy;
            return this;
        }

        /// Asks by this one only, for a proxy above all; it must not follow redirects.
        public Builder http(HttpClient http) {
            this.http = http;
            return this;
        }

        /// By what nodes with `https` addresses are asked: whose certificates are believed, and which is shown. As
        /// the JDK does it unless this is set.
        ///
        /// @param tls is asked often, and gives the same object for as long as nothing changed; once it gives
        ///            another, requests go by connections of that, while open streams of events stay
        public Builder tls(Supplier<SSLContext> tls) {
            this.tls = tls;
            return this;
        }

        /// Of every request, credentials for instance.
        public Builder headers(Supplier<Map<String, String>> headers) {
            this.headers = headers;
            return this;
        }

        public LockClient build() {
            var addresses = nodes.stream()
                    .map(URI::toString)
                    .map(node -> node.endsWith("/") ? node.substring(0, node.length() - 1) : node)
                    .toList();
            var usual = SessionSettings.of(name, addresses, ttl.toMillis(), 0);
            var session = new SessionSettings(
                    name,
                    addresses,
                    ttl.toMillis(),
                    drift,
                    margin == null ? usual.marginMillis() : margin.toMillis(),
                    grace.toMillis(),
                    attempt == null ? usual.attemptMillis() : attempt.toMillis(),
                    usual.longPollMillis(),
                    usual.backoffMillis(),
                    0);
            return new LockClient(
                    new Settings(session, patience, events, interrupt, interruptInJeopardy),
                    new Connections(session, http, Certificates.of(tls), headers));
        }
    }
}
