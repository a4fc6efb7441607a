package io.covenant.locks.cluster;

import io.covenant.locks.namespace.Command;
import io.covenant.locks.namespace.Command.Origin;
import io.covenant.locks.namespace.Content;
import io.covenant.locks.namespace.Mode;
import io.covenant.locks.namespace.RefusalCode;
import io.covenant.locks.namespace.Reply;
import io.covenant.locks.namespace.Want;
import io.covenant.locks.primary.Answer;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Node;
import io.covenant.simulation.history.FencedLock;
import io.covenant.simulation.history.Recorder;
import io.covenant.simulation.history.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Takes locks, holds them for a while, gives them back, writes and reads files; keeps its session alive, and
/// sees every request through under one number, at whichever server.
final class SimulatedClient implements Customer {

    private static final List<String> EXCLUSIVE = List.of("a", "b");
    private static final String SHARED = "shared";
    private static final String REENTERED = "again";

    private final Node node;
    private final Dice dice;
    private final List<String> servers;
    private int redirects;
    private final History history;
    private final SimulatedCluster cluster;
    private final double rate;
    private final Duration ttl;
    private String primary;
    private @Nullable Lease lease;
    private boolean done;
    private boolean wasDone;

    SimulatedClient(Node node, SimulatedCluster cluster, double rate, Duration ttl) {
        this.node = node;
        this.dice = node.dice();
        this.cluster = cluster;
        this.servers = cluster.servers();
        this.history = cluster.history();
        this.rate = rate;
        this.ttl = ttl;
        this.primary = dice.pick(servers);
        think(this::open);
    }

    @Override
    public boolean contented() {
        return done;
    }

    private Duration patience() {
        return cluster.patience();
    }

    private long nanos() {
        return (long) (node.world().elapsed().toNanos() * rate);
    }

    private void think(Runnable action) {
        node.after(dice.between(Duration.ofMillis(1), Duration.ofMillis(40)), action);
    }

    // ---- talking to servers

    /// Some insist on the one that they know.
    private void turnTo(@Nullable String leader) {
        if (leader != null && !leader.equals(primary) && redirects++ < servers.size()) {
            primary = leader;
            return;
        }
        redirects = 0;
        if (!dice.chance(cluster.insistence())) {
            primary = dice.pick(servers);
        }
    }

    private void again(Runnable action) {
        node.after(dice.between(Duration.ofMillis(2), Duration.ofMillis(25)), action);
    }

    /// Asks until somebody gives an answer that says something.
    private void ask(Ask what, Duration more, Consumer<Answer> answered) {
        node.ask(
                primary,
                what,
                patience().plus(more),
                said -> {
                    var told = (Ask.Said.Told) said;
                    switch (told.answer()) {
                        case Answer.NotPrimary(var leader) -> {
                            turnTo(leader);
                            again(() -> ask(what, more, answered));
                        }
                        case Answer.Overloaded _ -> again(() -> ask(what, more, answered));
                        case Answer.Unknown _ -> {
                            history.count(Seen.UNKNOWN);
                            turnTo(null);
                            again(() -> ask(what, more, answered));
                        }
                        case Answer.Replied _, Answer.Renewed _ -> {
                            primary = told.server();
                            redirects = 0;
                            answered.accept(told.answer());
                        }
                    }
                },
                () -> {
                    history.count(Seen.ASKED_AGAIN);
                    turnTo(null);
                    ask(what, more, answered);
                });
    }

    /// Sees a request of this session through; nothing follows when the session is over.
    private void request(Lease of, long seq, LongFunction<Command> command, long patience, Consumer<Reply> replied) {
        if (ended(of)) {
            return;
        }
        ask(new Ask.Perform(command.apply(of.ackUpTo()), patience), Duration.ofMillis(patience), answer -> {
            if (answer instanceof Answer.Replied(var _, var reply, var _)) {
                if (reply instanceof Reply.NoSuchSession) {
                    over(of);
                } else if (!(reply instanceof Reply.Waiting)) {
                    of.settled(seq);
                    replied.accept(reply);
                } else {
                    replied.accept(reply);
                }
            }
        });
    }

    // ---- the session

    private void open() {
        var sent = nanos();
        // Asked once: a second session of the same wish would only be one more to expire.
        node.ask(
                primary,
                new Ask.Perform(new Command.OpenSession(node.name(), "", ttl.toMillis()), 0),
                patience(),
                said -> {
                    var answer = ((Ask.Said.Told) said).answer();
                    if (answer instanceof Answer.Replied(var _, var reply, var _)
                            && reply instanceof Reply.SessionOpened(var session, var _)) {
                        begin(new Lease(node, rate, session, ttl, sent, cluster));
                    } else {
                        turnTo(answer instanceof Answer.NotPrimary(var leader) ? leader : null);
                        again(this::open);
                    }
                },
                () -> {
                    turnTo(null);
                    open();
                });
    }

    private void begin(Lease fresh) {
        lease = fresh;
        history.begins(fresh.session, fresh);
        cluster.works(fresh);
        keepAlive(fresh);
        think(() -> work(fresh));
    }

    /// As far as it knows.
    private boolean ended(Lease of) {
        return !of.equals(lease);
    }

    private void keepAlive(Lease of) {
        if (ended(of) || done) {
            return;
        }
        var sent = nanos();
        node.ask(
                primary,
                new Ask.KeepAlive(of.session, of.ackUpTo()),
                patience(),
                said -> {
                    var told = (Ask.Said.Told) said;
                    switch (told.answer()) {
                        case Answer.Renewed _ -> {
                            history.count(Seen.RENEWAL);
                            of.renewed(sent);
                            node.after(scaled(ttl.dividedBy(4)), () -> keepAlive(of));
                        }
                        case Answer.Replied _ -> over(of);
                        case Answer.NotPrimary(var leader) -> {
                            turnTo(leader);
                            again(() -> keepAlive(of));
                        }
                        case Answer.Overloaded _, Answer.Unknown _ -> again(() -> keepAlive(of));
                    }
                },
                () -> {
                    turnTo(null);
                    keepAlive(of);
                });
    }

    private Duration scaled(Duration own) {
        return Duration.ofNanos((long) (own.toNanos() / rate));
    }

    /// The service says that there is no such session: its handle is dead, and what it held is.
    private void over(Lease of) {
        if (!of.equals(lease)) {
            return;
        }
        of.forget();
        lease = null;
        think(this::open);
    }

    // ---- work

    private void work(Lease of) {
        if (ended(of) || done) {
            return;
        }
        if (cluster.isCalm()) {
            if (wasDone) {
                tidy(of, () -> close(of, () -> done = true));
                return;
            }
            acquire(of, List.of(dice.pick(EXCLUSIVE)), Mode.EXCLUSIVE, () -> {
                wasDone = true;
                read(of, dice.pick(cluster.files()), (_, _) -> think(() -> work(of)));
            });
            return;
        }
        Runnable next = () -> think(() -> work(of));
        switch (dice.below(16)) {
            case 0 -> tidy(of, () -> close(of, () -> think(this::open)));
            case 1, 2 -> write(of, next);
            case 3 -> read(of, dice.pick(cluster.files()), (_, _) -> next.run());
            case 4, 5 -> acquire(of, List.of(SHARED), dice.chance(0.7) ? Mode.SHARED : Mode.EXCLUSIVE, next);
            case 6, 7 -> acquire(of, EXCLUSIVE, Mode.EXCLUSIVE, next);
            case 8 -> nested(of, next);
            case 9 -> reenter(of, next);
            default -> acquire(of, List.of(dice.pick(EXCLUSIVE)), Mode.EXCLUSIVE, next);
        }
    }

    private void close(Lease of, Runnable then) {
        of.giveBack();
        lease = null;
        ask(new Ask.Perform(new Command.CloseSession(of.session), 0), Duration.ZERO, _ -> then.run());
    }

    /// One lock after the other, in any order: so it comes to deadlocks.
    private void nested(Lease of, Runnable then) {
        var first = dice.pick(EXCLUSIVE);
        var second = first.equals("a") ? "b" : "a";
        var outer = new Errand(of, List.of(first), Mode.EXCLUSIVE, then);
        outer.inner = outerEnd -> new Errand(of, List.of(second), Mode.EXCLUSIVE, outerEnd);
        outer.start();
    }

    /// The same lock once more; whoever thinks better of it does not wait to hear so.
    private void reenter(Lease of, Runnable then) {
        var outer = new Errand(of, List.of(REENTERED), Mode.EXCLUSIVE, then);
        outer.inner = outerEnd -> {
            history.count(Seen.REENTRY);
            var inner = new Errand(of, List.of(REENTERED), Mode.EXCLUSIVE, outerEnd);
            inner.hasty = true;
            return inner;
        };
        outer.start();
    }

    /// Once it has given everything back, it holds nothing.
    private void tidy(Lease of, Runnable then) {
        if (ended(of)) {
            return;
        }
        if (!of.settledAll()) {
            think(() -> tidy(of, then));
            return;
        }
        node.ask(
                primary,
                new Ask.Inspect(of.session),
                patience(),
                said -> {
                    if (said instanceof Ask.Said.Inspected(var _, var view)) {
                        if (view != null && !view.held().isEmpty()) {
                            throw new AssertionError(
                                    "%s has given everything back, and holds %s".formatted(of.holder(), view.held()));
                        }
                        history.count(Seen.NOTHING_LEFT);
                        then.run();
                    } else {
                        turnTo(null);
                        again(() -> tidy(of, then));
                    }
                },
                () -> {
                    turnTo(null);
                    tidy(of, then);
                });
    }

    private void acquire(Lease of, List<String> names, Mode mode, Runnable then) {
        new Errand(of, names, mode, then).start();
    }

    /// What somebody does while it holds something.
    @FunctionalInterface
    private interface Inner {
        Errand before(Runnable then);
    }

    /// An acquire with all that follows: the wait, the grant, the release, or the cancel.
    private final class Errand {

        private final Lease of;
        private final List<String> names;
        private final Mode mode;
        private final Runnable then;
        private final long seq;
        private final long asked = micros();
        private final long wait;
        private final long lockDelay;
        private final List<Recorder<FencedLock.Input, FencedLock.Output>.Call> calls = new ArrayList<>();
        private long queuedAt = -1;
        private boolean over;
        private boolean hasty;
        private @Nullable Inner inner;

        private Errand(Lease of, List<String> names, Mode mode, Runnable then) {
            this.of = of;
            this.names = names;
            this.mode = mode;
            this.then = then;
            this.seq = of.next();
            this.wait = cluster.isCalm()
                    ? Command.FOREVER
                    : dice.pick(List.of(0L, 150L, 400L, 1_000L, Command.FOREVER, Command.FOREVER));
            this.lockDelay = dice.pick(List.of(0L, 0L, 100L, 900L));
        }

        private long micros() {
            return node.world().elapsed().toNanos() / 1000;
        }

        private boolean recorded() {
            return !names.contains(SHARED) && !names.contains(REENTERED);
        }

        private void start() {
            if (ended(of)) {
                return;
            }
            if (recorded()) {
                for (var name : names) {
                    of.touches(name);
                    calls.add(history.locks.invoke(
                            of.holder(), new FencedLock.Input.Acquire(of.part(name), of.holder())));
                }
            }
            ask();
            if (hasty) {
                node.after(dice.between(Duration.ofMillis(1), Duration.ofMillis(12)), this::cancel);
            } else if (!cluster.isCalm() && dice.chance(0.15)) {
                node.after(dice.between(Duration.ofMillis(1), Duration.ofMillis(300)), this::cancel);
            }
        }

        private void ask() {
            var wants = names.stream()
                    .map(name -> mode == Mode.SHARED ? Want.shared(name) : Want.exclusive(name))
                    .toList();
            request(
                    of,
                    seq,
                    ackUpTo -> new Command.Acquire(
                            new Origin(of.session, seq, ackUpTo), 0, wants, wait, lockDelay, Content.EMPTY),
                    wait == 0 ? 0 : 150,
                    this::answered);
        }

        private void answered(Reply reply) {
            if (over) {
                return;
            }
            switch (reply) {
                case Reply.Waiting _ -> {
                    if (queuedAt < 0) {
                        queuedAt = micros();
                    }
                    think(this::askOn);
                }
                case Reply.Granted(var grants) -> granted(grants);
                case Reply.TimedOut _ -> refused(Seen.TIMED_OUT);
                case Reply.Deadlock _ -> refused(Seen.DEADLOCK);
                case Reply.Delayed _ -> refused(null);
                case Reply.Busy(var _, var _, var token) -> busy(token);
                case Reply.Done _,
                        Reply.SessionOpened _,
                        Reply.NoSuchSession _,
                        Reply.Cancelled _,
                        Reply.Released _,
                        Reply.StaleToken _,
                        Reply.FileWritten _,
                        Reply.WrongGeneration _,
                        Reply.LeasesNoted _,
                        Reply.Refused _ -> throw new AssertionError("an acquire is answered by " + reply);
            }
        }

        private void askOn() {
            if (!over && !ended(of)) {
                ask();
            }
        }

        private void refused(@Nullable Seen what) {
            over = true;
            if (what != null) {
                history.count(what);
            }
            calls.forEach(Recorder.Call::neverHappened);
            then.run();
        }

        /// Somebody who waits keeps others out of what nobody holds; the model knows no queues.
        private void busy(long token) {
            if (token == 0 || names.size() > 1) {
                refused(null);
                return;
            }
            over = true;
            calls.forEach(call -> call.answered(new FencedLock.Output.Busy()));
            then.run();
        }

        private void granted(List<Reply.Grant> grants) {
            over = true;
            history.count(Seen.GRANT);
            if (names.size() > 1) {
                history.count(Seen.GRANT_OF_SEVERAL);
            }
            if (queuedAt >= 0) {
                history.count(Seen.GRANT_AFTER_WAIT);
            }
            if (recorded() && names.size() == 1) {
                history.turn(new Turn(
                        of.part(names.getFirst()),
                        of.holder(),
                        asked,
                        queuedAt >= 0 ? queuedAt : micros(),
                        OptionalLong.of(grants.getFirst().token())));
            }
            for (var i = 0; i < grants.size(); i++) {
                var grant = grants.get(i);
                of.holds(grant.name(), new Lease.Held(grant.mode(), grant.token()));
                if (recorded()) {
                    calls.get(i).answered(new FencedLock.Output.Granted(grant.token()));
                }
            }
            var most = dice.chance(0.1) ? Duration.ofMillis(800) : Duration.ofMillis(60);
            Runnable end = () -> release(grants);
            if (inner != null) {
                inner.before(end).start();
            } else if (recorded() && dice.chance(0.5)) {
                cluster.work(node).on(dice.pick(names), grants.getFirst().token(), of, end);
            } else {
                node.after(dice.between(Duration.ofMillis(1), most), end);
            }
        }

        private void release(List<Reply.Grant> grants) {
            if (ended(of)) {
                return;
            }
            var releases = new ArrayList<Recorder<FencedLock.Input, FencedLock.Output>.Call>();
            var token = grants.getFirst().token();
            for (var name : names) {
                of.lets(name);
                if (recorded()) {
                    releases.add(history.locks.invoke(
                            of.holder(), new FencedLock.Input.Release(of.part(name), of.holder(), token)));
                }
            }
            var number = of.next();
            request(
                    of,
                    number,
                    ackUpTo -> new Command.Release(new Origin(of.session, number, ackUpTo), 0, names, token),
                    0,
                    reply -> {
                        var output = released(reply);
                        releases.forEach(call -> call.answered(output));
                        then.run();
                    });
        }

        private FencedLock.Output released(Reply reply) {
            return switch (reply) {
                case Reply.Released(var left) -> {
                    history.count(left.getFirst() > 0 ? Seen.CANCEL_OVERTAKEN : Seen.RELEASE);
                    yield new FencedLock.Output.Released();
                }
                case Reply.StaleToken _ -> new FencedLock.Output.NotHeld();
                case Reply.Refused(var code, var _, var _)
                when code == RefusalCode.NOT_HELD -> new FencedLock.Output.NotHeld();
                default -> throw new AssertionError("a release is answered by " + reply);
            };
        }

        private void cancel() {
            if (over || ended(of)) {
                return;
            }
            over = true;
            of.cancels(seq);
            var losses = calls.isEmpty()
                    ? List.<Recorder<FencedLock.Input, FencedLock.Output>.Call>of()
                    : names.stream()
                            .map(name -> history.locks.invoke(
                                    of.holder(), new FencedLock.Input.Lose(of.part(name), of.holder())))
                            .toList();
            var number = of.next();
            request(
                    of,
                    number,
                    ackUpTo -> new Command.Cancel(new Origin(of.session, number, Math.min(ackUpTo, seq - 1)), seq),
                    0,
                    reply -> {
                        of.cancelled(seq);
                        cancelled(((Reply.Cancelled) reply).undone(), losses);
                        if (!hasty) {
                            then.run();
                        }
                    });
            if (hasty) {
                then.run();
            }
        }

        private void cancelled(
                Reply.Cancelled.Undone undone, List<Recorder<FencedLock.Input, FencedLock.Output>.Call> losses) {
            switch (undone) {
                case GRANT -> {
                    history.count(Seen.CANCELLED_GRANT);
                    losses.forEach(loss -> loss.answered(new FencedLock.Output.Lost()));
                    return;
                }
                case WAITER -> history.count(Seen.CANCELLED_WAITER);
                case UNSEEN -> history.count(Seen.CANCELLED_UNSEEN);
                case NOTHING -> {}
            }
            losses.forEach(Recorder.Call::neverHappened);
            calls.forEach(Recorder.Call::neverHappened);
        }
    }

    // ---- files

    private void write(Lease of, Runnable then) {
        var path = dice.pick(cluster.files());
        switch (dice.below(3)) {
            case 0 -> read(of, path, (generation, _) -> write(of, path, generation, then));
            case 1 -> write(of, path, Command.ANY, then);
            default -> write(of, path, Command.ABSENT, then);
        }
    }

    private void write(Lease of, String path, long expected, Runnable then) {
        if (ended(of)) {
            return;
        }
        var number = of.next();
        var content = "%s-%d".formatted(of.holder(), number);
        var call = history.files.invoke(of.holder(), new Files.Input.Write(path, content, expected));
        request(
                of,
                number,
                ackUpTo -> new Command.PutFile(
                        new Origin(of.session, number, ackUpTo), path, Content.of(content), expected, false),
                0,
                reply -> {
                    switch (reply) {
                        case Reply.FileWritten(var _, var generation) -> {
                            history.count(Seen.FILE_WRITTEN);
                            call.answered(new Files.Output.Written(generation));
                        }
                        case Reply.WrongGeneration(var _, var current) -> {
                            history.count(Seen.WRONG_GENERATION);
                            call.answered(new Files.Output.WrongGeneration(current));
                        }
                        default -> throw new AssertionError("a write is answered by " + reply);
                    }
                    then.run();
                });
    }

    @FunctionalInterface
    private interface Contents {
        void is(long generation, String content);
    }

    private void read(Lease of, String path, Contents then) {
        if (ended(of)) {
            return;
        }
        var call = history.files.invoke(of.holder(), new Files.Input.Read(path));
        var life = cluster.life();
        read(path, (generation, content) -> {
            history.count(Seen.FILE_READ);
            if (life == cluster.life()) {
                call.answered(new Files.Output.Content(generation, content));
            } else {
                call.neverHappened();
            }
            then.is(generation, content);
        });
    }

    private void read(String path, Contents then) {
        node.ask(
                primary,
                new Ask.ReadFile(path),
                patience(),
                said -> {
                    switch ((Ask.Said) said) {
                        case Ask.Said.File(var generation, var content) -> then.is(generation, content);
                        case Ask.Said.Inspected _ -> throw new AssertionError("a session is told of " + path);
                        case Ask.Said.Told(var _, var _, var answer) -> {
                            turnTo(answer instanceof Answer.NotPrimary(var leader) ? leader : null);
                            again(() -> read(path, then));
                        }
                    }
                },
                () -> {
                    turnTo(null);
                    read(path, then);
                });
    }

    @Override
    public void receive(String from, Object message) {
        throw new AssertionError("nobody asks a client: " + message);
    }
}
