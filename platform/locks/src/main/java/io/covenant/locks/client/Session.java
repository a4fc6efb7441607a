package io.covenant.locks.client;

import io.covenant.locks.session.Answer;
import io.covenant.locks.session.Call;
import io.covenant.locks.session.Lease;
import io.covenant.locks.session.Moment;
import io.covenant.locks.session.Operation;
import io.covenant.locks.session.Outcome;
import io.covenant.locks.session.SessionCore;
import io.covenant.locks.session.SessionEffect;
import io.covenant.locks.session.SessionInput;
import io.covenant.locks.session.SessionSettings;
import io.covenant.locks.session.SessionState;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.LockEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a [SessionCore] in real time: reads the clocks, sends its calls, wakes it, and tells its outcomes.
final class Session {

    private static final Logger LOG = LoggerFactory.getLogger(LockClient.class);
    private static final long RELEASE_SECONDS = 5;

    /// Of a lease: for so long a keep-alive waits for those of other sessions.
    private static final long GATHERING = 50;

    private static final long LONGEST_GATHERING_MILLIS = 100;

    /// For so long a request that has to wait for another strand of this session waits for company: the other's release
    /// above all, which brings it to the service in time.
    private static final long COMPANY_MILLIS = 1;

    private final Clocks clocks;
    private final Connections connections;
    private final HttpCalls http;
    private final Courier courier;
    private final Threads threads;
    private final long gatheringMillis;
    private final LockClientListener listener;
    private final ReentrantLock turn = new ReentrantLock();
    private final SessionCore core;
    private final Map<Long, CompletableFuture<Outcome>> asked = new ConcurrentHashMap<>();
    private final Map<Long, Future<?>> sent = new ConcurrentHashMap<>();
    private final Set<LeasedLock> held = ConcurrentHashMap.newKeySet();
    private final Claims claims = new Claims();
    private long asks;
    private long wakeAtNanos = Long.MAX_VALUE;
    private volatile Lease lease;
    private volatile SessionState state = SessionState.OPENING;
    private volatile long id;
    private volatile @Nullable String leader;
    private volatile Consumer<String> onLeader = node -> {};
    private volatile String why = "it is being opened";

    Session(SessionSettings settings, Clocks clocks, Connections connections, LockClientListener listener) {
        this.clocks = clocks;
        this.connections = connections;
        http = connections.http();
        courier = connections.courier();
        threads = connections.threads();
        gatheringMillis = Math.min(LONGEST_GATHERING_MILLIS, settings.ttlMillis() / GATHERING);
        this.listener = listener;
        core = new SessionCore(settings);
        lease = core.lease();
    }

    void open() {
        feed(SessionInput.Open::new);
    }

    void close() {
        feed(SessionInput.Closed::new);
    }

    Moment now() {
        return clocks.now();
    }

    Lease lease() {
        return lease;
    }

    boolean covers(Moment now) {
        return lease.covers(now);
    }

    /// By the clocks of now, not of the last time that something happened.
    SessionState state() {
        var last = state;
        return last == SessionState.SAFE && !lease.covers(now()) ? SessionState.JEOPARDY : last;
    }

    long id() {
        return id;
    }

    String describe() {
        return "its session %d is %s, %s".formatted(id, state(), why);
    }

    /// The node to ask first.
    String node() {
        turn.lock();
        try {
            return core.node();
        } finally {
            turn.unlock();
        }
    }

    boolean finished() {
        turn.lock();
        try {
            return core.finished();
        } finally {
            turn.unlock();
        }
    }

    /// Waits for the outcome; when the thread is interrupted, what it asked for is taken back.
    Outcome ask(Operation operation, Duration patience) throws InterruptedException {
        if (!(operation instanceof Operation.Acquire acquire)) {
            return await(operation, patience);
        }
        claims.begin(acquire);
        try {
            return await(operation, patience);
        } finally {
            claims.end(acquire);
        }
    }

    private Outcome await(Operation operation, Duration patience) throws InterruptedException {
        var begun = now();
        var question = put(operation, patience.toMillis());
        try {
            var outcome = question.future().get();
            listener.settled(nameOf(operation), nameOf(outcome), since(begun));
            return outcome;
        } catch (InterruptedException e) {
            feed(at -> new SessionInput.Withdrawn(at, question.number()));
            if (question.future().getNow(NOT_YET) instanceof Outcome.Held(var granted)
                    && operation instanceof Operation.Acquire acquire) {
                giveBack(acquire, granted);
            }
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final Outcome NOT_YET = new Outcome.TimedOut();

    /// The grant came in the moment of the interruption.
    private void giveBack(Operation.Acquire acquire, Granted granted) {
        for (var grant : granted.grants()) {
            put(new Operation.Release(acquire.strand(), List.of(grant.name()), grant.token()), -1);
        }
    }

    LeasedLock hold(long strand, Granted granted) {
        var lock = new LeasedLock(this, strand, granted.grants());
        claims.hold(strand, granted.grants());
        held.add(lock);
        if (state.ended()) {
            lose(lock, describe());
        }
        return lock;
    }

    void forget(LeasedLock lock) {
        if (held.remove(lock)) {
            claims.giveBack(lock.strand(), lock.grants());
        }
    }

    Set<LeasedLock> held() {
        return held;
    }

    void lose(LeasedLock lock, String reason) {
        forget(lock);
        if (lock.lose(reason)) {
            listener.lockLost(lock, reason);
        }
    }

    /// @throws LockLostException if the service does not know the hold any more
    void release(Operation.Release release) {
        var begun = now();
        var future = put(release, -1).future();
        boolean interrupted = false;
        long until = begun.nanos() + TimeUnit.SECONDS.toNanos(RELEASE_SECONDS);
        try {
            while (true) {
                try {
                    var outcome = future.get(Math.max(1, until - now().nanos()), TimeUnit.NANOSECONDS);
                    listener.settled("release", nameOf(outcome), since(begun));
                    released(release, outcome);
                    return;
                } catch (InterruptedException _) {
                    interrupted = true;
                } catch (TimeoutException _) {
                    LOG.warn("No node confirms the release of {} yet; going on in the background", release.names());
                    return;
                } catch (ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void released(Operation.Release release, Outcome outcome) {
        switch (outcome) {
            case Outcome.Done _, Outcome.Held _ -> {}
            case Outcome.SessionEnded(var why) ->
                throw new LockLostException(
                        "%s was lost before it was released: its session ended, %s".formatted(release.names(), why));
            case Outcome.Refused(var problem) ->
                throw new LockLostException("%s was lost before it was released: %s (%s)"
                        .formatted(release.names(), problem.code(), problem.detail()));
            case Outcome.TimedOut _, Outcome.Unavailable _ ->
                LOG.warn("The release of {} was not confirmed", release.names());
        }
    }

    private record Question(long number, CompletableFuture<Outcome> future) {}

    private Question put(Operation operation, long patienceMillis) {
        var future = new CompletableFuture<Outcome>();
        long number;
        turn.lock();
        try {
            number = ++asks;
        } finally {
            turn.unlock();
        }
        asked.put(number, future);
        feed(at -> new SessionInput.Asked(at, number, operation, patienceMillis));
        return new Question(number, future);
    }

    private void feed(Function<Moment, SessionInput> input) {
        feedAll(now -> List.of(input.apply(now)));
    }

    private void feedAll(Function<Moment, List<? extends SessionInput>> inputs) {
        List<SessionEffect> effects;
        @Nullable String moved;
        turn.lock();
        try {
            effects = core.on(inputs.apply(clocks.now()));
            state = core.state();
            lease = core.lease();
            id = core.session();
            var led = core.leader();
            moved = led == null || led.equals(leader) ? null : led;
            leader = led;
            for (var effect : effects) {
                switch (effect) {
                    case SessionEffect.Became became -> became(became);
                    case SessionEffect.Settle(var ask, var outcome) -> settle(ask, outcome);
                    case SessionEffect.Send _, SessionEffect.Abandon _ -> {}
                }
            }
            plan(core.wakeAtNanos());
        } finally {
            turn.unlock();
        }
        for (var effect : effects) {
            perform(effect);
        }
        if (moved != null) {
            onLeader.accept(moved);
        }
    }

    private void became(SessionEffect.Became became) {
        why = became.why();
        var change = new SessionChange(core.session(), became.from(), became.to(), became.why());
        threads.notify(() -> tell(change));
    }

    private void tell(SessionChange change) {
        LOG.atLevel(
                        change.to() == SessionState.JEOPARDY || change.to() == SessionState.EXPIRED
                                ? org.slf4j.event.Level.WARN
                                : org.slf4j.event.Level.INFO)
                .log("session {} is {}: {}", change.session(), change.to(), change.why());
        if (change.to().ended()) {
            held.forEach(lock -> lose(lock, "its session %d ended: %s".formatted(change.session(), change.why())));
        }
        listener.sessionChanged(change);
    }

    private void perform(SessionEffect effect) {
        switch (effect) {
            case SessionEffect.Send(var number, var node, Call.Perform call)
            when Courier.takes(call) ->
                courier.carry(node, new Courier.Parcel(this, number, call), isInNoHurry(call) ? COMPANY_MILLIS : 0);
            case SessionEffect.Send(var number, var node, Call.KeepAlive call)
            when connections.shared() ->
                courier.carryKeepAlive(
                        node, new Courier.Parcel(this, number, call), state == SessionState.SAFE ? gatheringMillis : 0);
            case SessionEffect.Send(var number, var node, var call) -> {
                var exchange = http.send(node, call, answer -> arrived(number, answer));
                sent.put(number, exchange);
                if (exchange.isDone()) {
                    sent.remove(number);
                }
            }
            case SessionEffect.Abandon(var number) -> {
                var call = sent.remove(number);
                if (call != null) {
                    call.cancel(true);
                } else {
                    courier.drop(this, number);
                }
            }
            case SessionEffect.Settle _, SessionEffect.Became _ -> {}
        }
    }

    /// It would only queue behind what other strands of this session have or wait for.
    private boolean isInNoHurry(Call.Perform call) {
        return call.operation() instanceof Operation.Acquire acquire
                && acquire.waitMillis() != 0
                && claims.oppose(acquire);
    }

    private void arrived(long number, Answer answer) {
        sent.remove(number);
        try {
            feed(at -> new SessionInput.Answered(at, number, answer));
        } catch (RuntimeException e) {
            LOG.error("The client stumbled over an answer: {}", answer, e);
        }
    }

    /// @param number of the sending
    record Arrived(long number, Answer answer) {}

    /// Answers that came together.
    void arrived(List<Arrived> answers) {
        try {
            feedAll(at -> answers.stream()
                    .map(one -> new SessionInput.Answered(at, one.number(), one.answer()))
                    .toList());
        } catch (RuntimeException e) {
            LOG.error("The client stumbled over answers: {}", answers, e);
        }
    }

    /// The events come from this node from now on, or from none.
    void following(@Nullable String node) {
        feed(at -> new SessionInput.Following(at, node));
    }

    /// The events tell the end of a wait.
    void told(long index, LockEvent.Settled settled) {
        feed(at -> new SessionInput.Told(at, index, settled));
    }

    /// Calls this with the node that leads, whenever that is another one.
    void onLeader(Consumer<String> listener) {
        onLeader = listener;
        var now = leader;
        if (now != null) {
            listener.accept(now);
        }
    }

    private void settle(long ask, Outcome outcome) {
        var future = asked.remove(ask);
        if (future != null) {
            future.complete(outcome);
        }
    }

    /// Called in turn.
    private void plan(long nanos) {
        if (nanos >= wakeAtNanos) {
            return;
        }
        wakeAtNanos = nanos;
        try {
            threads.after(Math.max(0, nanos - clocks.now().nanos()), this::wake);
        } catch (RejectedExecutionException closed) {
            LOG.trace("the client is closed", closed);
        }
    }

    private void wake() {
        turn.lock();
        try {
            wakeAtNanos = Long.MAX_VALUE;
        } finally {
            turn.unlock();
        }
        try {
            feed(SessionInput.Ticked::new);
        } catch (RuntimeException e) {
            LOG.error("The client stumbled over time", e);
        }
    }

    private Duration since(Moment begun) {
        return Duration.ofNanos(now().nanos() - begun.nanos());
    }

    static String nameOf(Operation operation) {
        return switch (operation) {
            case Operation.Acquire _ -> "acquire";
            case Operation.Release _ -> "release";
            case Operation.Cancel _ -> "cancel";
            case Operation.Inspect _ -> "inspect";
            case Operation.PutFile _ -> "put-file";
            case Operation.DeleteFile _ -> "delete-file";
            case Operation.MakeDirectory _ -> "make-directory";
            case Operation.SetAcl _ -> "set-acl";
        };
    }

    private static String nameOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Held _ -> "held";
            case Outcome.Done _ -> "done";
            case Outcome.Refused _ -> "refused";
            case Outcome.TimedOut _ -> "timed-out";
            case Outcome.Unavailable _ -> "unavailable";
            case Outcome.SessionEnded _ -> "session-ended";
        };
    }
}
