package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Event;
import io.covenant.locks.namespace.Mode;
import io.covenant.locks.node.EventStream.Item;
import io.covenant.locks.session.Moment;
import io.covenant.locks.session.Operation;
import io.covenant.locks.session.Outcome;
import io.covenant.locks.session.SessionCore;
import io.covenant.locks.session.SessionEffect;
import io.covenant.locks.session.SessionInput;
import io.covenant.locks.session.SessionSettings;
import io.covenant.locks.session.SessionState;
import io.covenant.locks.wire.FileWritten;
import io.covenant.locks.wire.Granted;
import io.covenant.locks.wire.LockProblemCode;
import io.covenant.locks.wire.Want;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.history.FencedLock;
import io.covenant.simulation.history.Recorder;
import io.covenant.simulation.history.Turn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A client by the core that the real one has: one session after the other, locks, files.
final class CoreClient implements Customer {

    private static final Duration SILENCE = Duration.ofSeconds(3);
    private static final List<String> EXCLUSIVE = List.of("a", "b");
    private static final String SHARED = "shared";

    private final Node node;
    private final Dice dice;
    private final SimulatedCluster cluster;
    private final History history;
    private final double rate;
    private final Duration ttl;
    private @Nullable Visit visit;
    /// Whether it reads its session's events, and has them tell the ends of its waits.
    private final boolean follows;

    private boolean done;

    CoreClient(Node node, SimulatedCluster cluster, double rate, Duration ttl) {
        this.node = node;
        this.dice = node.dice();
        this.cluster = cluster;
        this.history = cluster.history();
        this.rate = rate;
        this.ttl = ttl;
        this.follows = node.dice().chance(0.7);
        think(this::begin);
    }

    @Override
    public boolean contented() {
        return done;
    }

    private void think(Runnable action) {
        node.after(dice.between(Duration.ofMillis(1), Duration.ofMillis(40)), action);
    }

    /// Both clocks run alike: that a machine slept is another story.
    private Moment now() {
        var nanos = (long) (node.world().elapsed().toNanos() * rate);
        return new Moment(nanos, nanos / 1_000_000);
    }

    private void begin() {
        var fresh = new Visit();
        visit = fresh;
        fresh.feed(new SessionInput.Open(now()));
    }

    @Override
    public void receive(String from, Object message) {
        var present = visit;
        if (present != null) {
            present.events.receive(from, (Watching.Told) message);
        }
    }

    /// One session from its beginning to its end.
    private final class Visit implements Subscription.Reader {

        private final SessionCore core = new SessionCore(new SessionSettings(
                node.name(),
                cluster.servers(),
                ttl.toMillis(),
                0.07,
                10,
                dice.pick(List.of(500L, 30_000L)),
                cluster.patience().toMillis(),
                150,
                60,
                dice.next()));
        private final Map<Long, Consumer<Outcome>> asked = new HashMap<>();
        private final Subscription events;
        private long knownEvents = -1;
        private @Nullable Lease lease;
        private String followed = "";
        private long lastAsk;
        private long armedAt = Long.MAX_VALUE;
        private boolean wasDone;

        private Visit() {
            events = new Subscription(node, core::leader, this);
        }

        // ---- the session's events

        @Override
        public Watching.Open open(long connection) {
            return new Watching.Open(connection, core.session(), "", knownEvents);
        }

        @Override
        public void hear(String server, Item item) {
            switch (item) {
                case Item.Begun(var place) -> {
                    knownEvents = Math.max(knownEvents, place);
                    following(server);
                }
                case Item.Happened(var event, var place, var last) -> {
                    following(server);
                    if (event instanceof Event.Settled settled) {
                        history.count(Seen.TOLD);
                        feed(new SessionInput.Told(now(), event.index(), Desk.settled(settled)));
                    }
                    if (last) {
                        knownEvents = place;
                    }
                }
                case Item.Compacted(var place) -> {
                    knownEvents = place;
                    // What ended meanwhile is asked for.
                    feed(new SessionInput.Following(now(), null));
                    followed = "";
                    following(server);
                }
                case Item.Leader _ -> {}
            }
        }

        private void following(String server) {
            if (!server.equals(followed)) {
                followed = server;
                feed(new SessionInput.Following(now(), server));
            }
        }

        @Override
        public void lost(boolean cutOff) {
            if (core.state().ended()) {
                events.end();
            } else if (!followed.isEmpty()) {
                followed = "";
                feed(new SessionInput.Following(now(), null));
            }
        }

        private void feed(SessionInput input) {
            for (var effect : core.on(input)) {
                switch (effect) {
                    case SessionEffect.Send(var number, var server, var call) ->
                        node.ask(
                                server,
                                Desk.heard(call),
                                SILENCE,
                                said -> feed(
                                        new SessionInput.Answered(now(), number, Desk.told(call, (Ask.Said) said))),
                                () -> feed(new SessionInput.Answered(
                                        now(), number, new io.covenant.locks.session.Answer.Silence("silence"))));
                    case SessionEffect.Abandon _ -> history.count(Seen.ASKED_AGAIN);
                    case SessionEffect.Settle(var ask, var outcome) -> settled(ask, outcome);
                    case SessionEffect.Became(var _, var to, var _) -> became(to);
                }
            }
            follow();
            arm();
        }

        private void settled(long ask, Outcome outcome) {
            var then = asked.remove(ask);
            if (then != null) {
                // As in the client: whoever asked goes on in a thread of his own.
                node.after(Duration.ZERO, () -> then.accept(outcome));
            }
        }

        private void follow() {
            if (core.state() != SessionState.SAFE) {
                return;
            }
            var deadline = core.lease().deadlineNanos();
            if (lease == null) {
                var begun = new Lease(node, rate, core.session(), deadline, cluster);
                lease = begun;
                history.begins(core.session(), begun);
                cluster.works(begun);
                if (follows) {
                    events.connect();
                }
                think(this::work);
            } else {
                lease.until(deadline);
            }
        }

        private void became(SessionState to) {
            if (to == SessionState.EXPIRED) {
                var had = lease;
                if (had != null) {
                    had.forget();
                }
                events.end();
                think(CoreClient.this::begin);
            }
        }

        private void arm() {
            var wake = core.wakeAtNanos();
            if (wake >= armedAt || wake == Long.MAX_VALUE) {
                return;
            }
            armedAt = wake;
            var delay = Math.max(0, (long) ((wake - now().nanos()) / rate)) + 10_000;
            node.after(Duration.ofNanos(delay), () -> {
                if (armedAt == wake) {
                    armedAt = Long.MAX_VALUE;
                }
                feed(new SessionInput.Ticked(now()));
            });
        }

        private long ask(Operation operation, long patienceMillis, Consumer<Outcome> then) {
            var ask = ++lastAsk;
            asked.put(ask, then);
            feed(new SessionInput.Asked(now(), ask, operation, patienceMillis));
            return ask;
        }

        private boolean over() {
            return !this.equals(visit) || core.state().ended();
        }

        // ---- work

        private void work() {
            var of = lease;
            if (over() || of == null) {
                return;
            }
            Runnable next = () -> think(this::work);
            if (cluster.isCalm()) {
                if (wasDone) {
                    close(of, () -> done = true);
                } else {
                    acquire(of, List.of(dice.pick(EXCLUSIVE)), false, () -> {
                        wasDone = true;
                        think(this::work);
                    });
                }
                return;
            }
            switch (dice.below(14)) {
                case 0 -> close(of, () -> think(CoreClient.this::begin));
                case 1, 2 -> write(of, next);
                case 3, 4 -> acquire(of, List.of(SHARED), dice.chance(0.7), next);
                case 5, 6 -> acquire(of, EXCLUSIVE, false, next);
                default -> acquire(of, List.of(dice.pick(EXCLUSIVE)), false, next);
            }
        }

        private void close(Lease of, Runnable then) {
            of.giveBack();
            events.end();
            feed(new SessionInput.Closed(now()));
            then.run();
        }

        private List<Recorder<FencedLock.Input, FencedLock.Output>.Call> calls(
                List<String> names, java.util.function.Function<String, FencedLock.Input> input, Lease of) {
            var calls = new ArrayList<Recorder<FencedLock.Input, FencedLock.Output>.Call>();
            if (!names.contains(SHARED)) {
                names.forEach(name -> calls.add(history.locks.invoke(of.holder(), input.apply(name))));
            }
            return calls;
        }

        private void acquire(Lease of, List<String> names, boolean shared, Runnable then) {
            names.forEach(of::touches);
            var calls = calls(names, name -> new FencedLock.Input.Acquire(of.part(name), of.holder()), of);
            var since = node.world().elapsed().toNanos() / 1000;
            var wait = cluster.isCalm()
                    ? Operation.FOREVER
                    : dice.pick(List.of(0L, 150L, 400L, Operation.FOREVER, Operation.FOREVER));
            var wants = names.stream()
                    .map(name -> shared ? Want.shared(name) : Want.exclusive(name))
                    .toList();
            // So none enters again what an earlier one, taken back, may hold for a moment yet.
            var strand = lastAsk + 1;
            var settled = new boolean[1];
            var ask = ask(
                    new Operation.Acquire(strand, wants, wait, dice.pick(List.of(0L, 100L)), null),
                    cluster.isCalm() ? -1 : dice.pick(List.of(-1L, 200L)),
                    outcome -> {
                        if (settled[0]) {
                            // Granted at the very moment at which nobody wanted it any more.
                            if (outcome instanceof Outcome.Held(var granted)) {
                                release(
                                        of,
                                        strand,
                                        names,
                                        granted.grants().getFirst().token(),
                                        () -> {});
                            }
                            return;
                        }
                        settled[0] = true;
                        switch (outcome) {
                            case Outcome.Held(var granted) ->
                                held(of, strand, names, shared, granted, since, calls, then);
                            case Outcome.Refused(var problem) -> {
                                if (problem.is(LockProblemCode.BUSY) && problem.status() == 423 && names.size() == 1) {
                                    calls.forEach(call -> call.answered(new FencedLock.Output.Busy()));
                                } else {
                                    calls.forEach(Recorder.Call::neverHappened);
                                }
                                again(then);
                            }
                            case Outcome.TimedOut _, Outcome.Unavailable _ -> {
                                history.count(Seen.TIMED_OUT);
                                takenBack(of, names);
                                again(then);
                            }
                            case Outcome.SessionEnded _ -> {}
                            case Outcome.Done _ -> throw new AssertionError(outcome);
                        }
                    });
            if (!cluster.isCalm() && dice.chance(0.15)) {
                node.after(dice.between(Duration.ofMillis(1), Duration.ofMillis(300)), () -> {
                    if (!settled[0] && !over()) {
                        settled[0] = true;
                        takenBack(of, names);
                        feed(new SessionInput.Withdrawn(now(), ask));
                        then.run();
                    }
                });
            }
        }

        /// Once all is well nobody leaves without having had a lock.
        private void again(Runnable then) {
            if (cluster.isCalm()) {
                think(this::work);
            } else {
                then.run();
            }
        }

        /// Should it be granted all the same, the core gives it back, some time.
        private void takenBack(Lease of, List<String> names) {
            var _ = calls(names, name -> new FencedLock.Input.Lose(of.part(name), of.holder()), of);
        }

        private void held(
                Lease of,
                long strand,
                List<String> names,
                boolean shared,
                Granted granted,
                long since,
                List<Recorder<FencedLock.Input, FencedLock.Output>.Call> calls,
                Runnable then) {
            history.count(Seen.GRANT);
            for (var i = 0; i < names.size(); i++) {
                var grant = granted.grants().get(i);
                of.holds(grant.name(), new Lease.Held(shared ? Mode.SHARED : Mode.EXCLUSIVE, grant.token()));
                if (!calls.isEmpty()) {
                    calls.get(i).answered(new FencedLock.Output.Granted(grant.token()));
                }
            }
            var token = granted.grants().getFirst().token();
            if (names.size() == 1 && !calls.isEmpty()) {
                history.turn(new Turn(
                        of.part(names.getFirst()),
                        of.holder(),
                        since,
                        node.world().elapsed().toNanos() / 1000,
                        OptionalLong.of(token)));
            }
            Runnable end = () -> release(of, strand, names, token, then);
            if (!calls.isEmpty() && dice.chance(0.5)) {
                cluster.work(node).on(dice.pick(names), token, of, end);
            } else {
                node.after(dice.between(Duration.ofMillis(1), Duration.ofMillis(60)), end);
            }
        }

        private void release(Lease of, long strand, List<String> names, long token, Runnable then) {
            if (over()) {
                return;
            }
            names.forEach(of::lets);
            var calls = calls(names, name -> new FencedLock.Input.Release(of.part(name), of.holder(), token), of);
            ask(new Operation.Release(strand, names, token), -1, outcome -> {
                switch (outcome) {
                    case Outcome.Done _ -> {
                        history.count(Seen.RELEASE);
                        calls.forEach(call -> call.answered(new FencedLock.Output.Released()));
                        then.run();
                    }
                    case Outcome.Refused _ -> {
                        calls.forEach(call -> call.answered(new FencedLock.Output.NotHeld()));
                        then.run();
                    }
                    case Outcome.SessionEnded _ -> {}
                    case Outcome.Held _, Outcome.TimedOut _, Outcome.Unavailable _ -> throw new AssertionError(outcome);
                }
            });
        }

        private void write(Lease of, Runnable then) {
            var path = dice.pick(cluster.files());
            var content = "%s-%d".formatted(of.holder(), lastAsk);
            var expected = dice.pick(List.of(Operation.ANY, Operation.ABSENT));
            var call = history.files.invoke(of.holder(), new Files.Input.Write(path, content, expected));
            ask(new Operation.PutFile(path, content.getBytes(StandardCharsets.UTF_8), expected, false), -1, outcome -> {
                switch (outcome) {
                    case Outcome.Done(var body) -> {
                        history.count(Seen.FILE_WRITTEN);
                        call.answered(new Files.Output.Written(((FileWritten) body).generation()));
                        then.run();
                    }
                    case Outcome.Refused(var problem) -> {
                        var current = problem.current();
                        if (current == null) {
                            throw new AssertionError(problem);
                        }
                        history.count(Seen.WRONG_GENERATION);
                        call.answered(new Files.Output.WrongGeneration(current));
                        then.run();
                    }
                    case Outcome.SessionEnded _ -> {}
                    case Outcome.Held _, Outcome.TimedOut _, Outcome.Unavailable _ -> throw new AssertionError(outcome);
                }
            });
        }
    }
}
