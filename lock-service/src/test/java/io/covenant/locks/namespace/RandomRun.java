package io.covenant.locks.namespace;

import static io.covenant.locks.namespace.Invariants.require;

import io.covenant.locks.namespace.Command.Origin;
import io.covenant.locks.namespace.Reply.Cancelled.Undone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One random log, applied to a namespace, to one that is restored from a snapshot on the way, and to the
/// model; whatever must always hold is checked after each entry.
final class RandomRun {

    private static final List<String> NAMES = List.of("a", "b", "c", "/d", "pool", "office");
    private static final int STEPS = 60;
    private static final Limits LIMITS = new Limits(
            1_000, 600_000, 6, 255, 512, 12, 60, 3, 5, 3, 8, 4_096, 4, 8, 3_600_000, 60_000, 120_000, 512, 65_536, 8, 4,
            2_000, 4, 3);

    private final SplittableRandom dice;
    private final Namespace namespace = new Namespace(LIMITS, 100);
    private final ReferenceModel model = new ReferenceModel();
    /// Each owner waits for one thing at a time, and for locks only: then every deadlock is found.
    private final boolean polite;

    private @Nullable Namespace replica;
    private long index;
    private long epoch;
    private long now = 1_000;
    private long highest;
    private final List<Long> sessions = new ArrayList<>();
    private final Map<Long, Long> seqs = new HashMap<>();
    private final Map<Long, Long> acked = new HashMap<>();
    private final List<Command.Request> sent = new ArrayList<>();
    private final Map<String, Long> lastToken = new HashMap<>();
    private final Map<String, Mode> lastMode = new HashMap<>();
    private final Map<String, Reply> answers = new HashMap<>();

    // Of the last entry.
    private final List<String> announced = new ArrayList<>();
    private final List<Event.Settled> settled = new ArrayList<>();

    private RandomRun(long seed) {
        dice = new SplittableRandom(seed);
        polite = seed % 2 == 0;
    }

    static void play(long seed) {
        new RandomRun(seed).play();
    }

    private void play() {
        int snapshotAt = dice.nextInt(STEPS);
        for (int step = 0; step < STEPS; step++) {
            step();
            if (step == snapshotAt) {
                replica = Log.restored(Log.snapshot(namespace));
            }
        }
        if (replica != null) {
            require(namespace.fork().digest().equals(replica.fork().digest()), "replicas differ");
            require(namespace.usage().equals(replica.usage()), "what is derived differs");
            require(
                    namespace
                            .timers()
                            .due(Long.MAX_VALUE, 99)
                            .equals(replica.timers().due(Long.MAX_VALUE, 99)),
                    "timers differ");
        }
    }

    private void step() {
        now += dice.nextInt(20) == 0 ? -dice.nextInt(500) : dice.nextInt(200);
        if (dice.nextInt(150) == 0) {
            raiseEpoch();
        }
        switch (sessions.isEmpty() ? 0 : dice.nextInt(20)) {
            case 0, 1 -> open();
            case 2 -> end();
            case 3 -> again();
            case 4 -> timers();
            case 5 -> cancel();
            case 6 -> force();
            case 7 -> file();
            case 8, 9, 10, 11, 12 -> release();
            case 13 -> acknowledge();
            default -> acquire();
        }
        compare();
    }

    private void raiseEpoch() {
        apply(new Command.RaiseEpoch(++epoch));
        model.waits.clear();
        List.copyOf(sessions).forEach(session -> model.end(session, false, now, stamp()));
        sessions.clear();
    }

    private long stamp() {
        return Token.of(epoch, index);
    }

    private Reply apply(Command command) {
        var entry = decoded(command);
        var result = namespace.apply(++index, now, entry);
        if (replica != null) {
            var other = replica.apply(index, now, entry);
            require(result.equals(other), () -> "a restored replica answers otherwise: " + other + " for " + result);
        }
        now = Math.max(now, result.timeMillis());
        require(result.timeMillis() >= highest, "time went back");
        highest = result.timeMillis();
        result.events().forEach(this::seen);
        return result.reply();
    }

    private static Command decoded(Command command) {
        try {
            var decoded = CommandCodec.decode(CommandCodec.encode(command));
            require(decoded.equals(command), () -> "decoded " + decoded + " for " + command);
            return decoded;
        } catch (MalformedException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private void seen(Event event) {
        require(event.index() == index, "an event of another index");
        switch (event) {
            case Event.Granted granted -> {
                long last = lastToken.getOrDefault(granted.name(), 0L);
                boolean together = granted.token() == last
                        && granted.mode() != Mode.EXCLUSIVE
                        && granted.mode() == lastMode.get(granted.name());
                require(granted.token() > last || together, "a token that is not higher");
                lastToken.put(granted.name(), granted.token());
                lastMode.put(granted.name(), granted.mode());
                announced.add(granted.name() + " " + granted.session() + " " + granted.seq());
            }
            case Event.Settled one -> {
                settled.add(one);
                answers.put(one.session() + "#" + one.seq(), one.reply());
            }
            default -> {}
        }
    }

    private void open() {
        var reply = apply(new Command.OpenSession("s", "p", 1_000 + dice.nextInt(9_000)));
        if (reply instanceof Reply.SessionOpened(var id, var _)) {
            sessions.add(id);
            model.sessions.add(id);
        } else {
            require(sessions.size() == LIMITS.sessions(), "no session although there is room: " + reply);
        }
    }

    private long anySession() {
        return sessions.get(dice.nextInt(sessions.size()));
    }

    private Origin origin(long session) {
        return new Origin(session, seqs.merge(session, 1L, Long::sum), acked.getOrDefault(session, 0L));
    }

    private Reply send(Command.Request request) {
        var reply = apply(request);
        var origin = request.origin();
        answers.put(origin.session() + "#" + origin.seq(), reply);
        sent.add(request);
        return reply;
    }

    private void end() {
        long session = anySession();
        if (dice.nextInt(3) == 0) {
            long seq = namespace.session(session).orElseThrow().renewSeq();
            apply(new Command.LeaseCheckpoint(List.of(new Command.Lease(session, seq + 1, 500, 0))));
            var late = apply(new Command.ExpireSession(session, seq));
            require(late instanceof Reply.Refused, "expired although it was renewed");
            return;
        }
        boolean wished = dice.nextBoolean();
        long seen = namespace.session(session).orElseThrow().renewSeq();
        var reply = apply(wished ? new Command.CloseSession(session) : new Command.ExpireSession(session, seen));
        require(reply.equals(new Reply.Done()), "not ended: " + reply);
        sessions.remove(session);
        model.end(session, wished, now, stamp());
    }

    /// A request comes twice, or comes back after a long way.
    private void again() {
        if (sent.isEmpty()) {
            return;
        }
        var request = sent.get(dice.nextInt(sent.size()));
        var origin = request.origin();
        var answer = answers.get(origin.session() + "#" + origin.seq());
        var reply = apply(request);
        boolean over = !model.sessions.contains(origin.session());
        boolean forgotten = reply instanceof Reply.Refused(var code, var _, var _)
                && code == RefusalCode.REQUEST_FORGOTTEN
                && origin.seq() <= acked.getOrDefault(origin.session(), 0L);
        boolean unseen = answer instanceof Reply.Refused(var code, var _, var _)
                && (code == RefusalCode.TOO_MANY_REQUESTS || code == RefusalCode.TOO_MANY_REQUESTS_IN_ALL);
        if (unseen) {
            forget(request, reply);
        } else {
            require(
                    over ? reply instanceof Reply.NoSuchSession : forgotten || reply.equals(answer),
                    () -> "another answer the second time: " + reply + " after " + answer + " to " + request);
        }
    }

    /// One that was refused unseen may come true now.
    private void forget(Command.Request request, Reply reply) {
        var origin = request.origin();
        boolean forestalled = reply instanceof Reply.Cancelled(var undone) && undone == Undone.UNSEEN;
        if (!forestalled && !(reply instanceof Reply.Refused) && model.sessions.contains(origin.session())) {
            switch (request) {
                case Command.Acquire acquire -> expect(acquire, reply);
                case Command.Release release -> follow(release, reply);
                case Command.Cancel cancel -> follow(cancel, reply);
                default -> {}
            }
        }
        answers.put(origin.session() + "#" + origin.seq(), reply);
    }

    private void acquire() {
        long session = anySession();
        var owner = new Owner(session, dice.nextInt(4) == 0 ? 1 : 0);
        if ((polite || dice.nextInt(10) > 0)
                && model.waits.stream().anyMatch(wait -> wait.owner().equals(owner))) {
            return;
        }
        var wants = new ArrayList<Want>();
        int count = dice.nextInt(4) == 0 ? 2 + dice.nextInt(2) : 1;
        for (var name : NAMES) {
            if (wants.size() < count && dice.nextInt(3) == 0 && (!polite || name.length() < 3)) {
                wants.add(want(name));
            }
        }
        if (wants.isEmpty()) {
            wants.add(want("a"));
        }
        long wait = dice.nextInt(3) == 0 ? 0 : dice.nextBoolean() ? Command.FOREVER : 100 + dice.nextInt(1_000);
        var acquire = new Command.Acquire(
                origin(session),
                owner.strand(),
                wants,
                wait,
                dice.nextBoolean() ? 0 : dice.nextInt(2_000),
                Content.EMPTY);
        expect(acquire, send(acquire));
    }

    private Want want(String name) {
        return switch (name) {
            case "pool" -> Want.permits(name, 1 + dice.nextInt(3), 3);
            case "office" -> Want.leadership(name);
            default -> dice.nextBoolean() ? Want.exclusive(name) : Want.shared(name);
        };
    }

    private void expect(Command.Acquire acquire, Reply reply) {
        var owner = new Owner(acquire.origin().session(), acquire.strand());
        boolean upgrades = acquire.wants().stream().anyMatch(want -> model.upgrades(owner, want));
        if (reply instanceof Reply.Refused(var code, var _, var _)) {
            require(
                    upgrades
                            ? code == RefusalCode.UPGRADE || code.name().startsWith("TOO_MANY")
                            : code.name().startsWith("TOO_MANY"),
                    "refused: " + reply);
            if (code == RefusalCode.TOO_MANY_WAITERS || code == RefusalCode.TOO_MANY_WAITERS_IN_ALL) {
                acquire.wants().stream().sorted().forEach(want -> model.endDelay(want.name(), now, stamp()));
            }
            return;
        }
        require(!upgrades, "a reader became a writer");
        long deadline = acquire.waitMillis() == Command.FOREVER ? Command.FOREVER : now + acquire.waitMillis();
        var wait = new ReferenceModel.Wait(
                owner,
                acquire.origin().seq(),
                acquire.wants().stream().sorted().toList(),
                deadline,
                acquire.lockDelayMillis());
        var expected = model.acquire(wait, acquire.waitMillis() == 0, now, stamp());
        boolean broke = settled.stream().anyMatch(one -> one.reply() instanceof Reply.Deadlock);
        require(
                broke || expected.contains(reply.getClass().getSimpleName()),
                "expected " + expected + ", not " + reply);
        giveWay();
        boolean waits = model.waits.contains(wait);
        require(waits == reply instanceof Reply.Waiting, "waits: " + waits + ", but " + reply);
    }

    private void giveWay() {
        for (var one : settled) {
            if (one.reply() instanceof Reply.Deadlock(var cycle)) {
                requireCircle(one, cycle);
                model.giveUp(one.session(), one.seq(), stamp());
            }
        }
    }

    /// Each one in the circle waits for the next, and the youngest gives way.
    private void requireCircle(Event.Settled victim, List<Reply.Step> cycle) {
        long youngest =
                cycle.stream().mapToLong(step -> step.owner().session()).max().orElseThrow();
        require(victim.session() == youngest, "not the youngest gave way");
        for (int i = 0; i < cycle.size(); i++) {
            var step = cycle.get(i);
            var next = cycle.get((i + 1) % cycle.size()).owner();
            require(waits(step.owner(), step.name()), "does not wait: " + step);
            boolean inTheWay = waits(next, step.name())
                    || model.holds(step.name()).stream().anyMatch(has -> has.lostUntil == 0 && has.owner.equals(next));
            require(inTheWay, "does not wait for the next one: " + step);
        }
    }

    private boolean waits(Owner owner, String name) {
        return model.waits.stream()
                .anyMatch(wait -> wait.owner().equals(owner)
                        && wait.wants().stream().anyMatch(want -> want.name().equals(name)));
    }

    private void release() {
        var held = NAMES.stream()
                .flatMap(name -> model.holds(name).stream()
                        .filter(has -> has.lostUntil == 0)
                        .map(has -> Map.entry(name, has)))
                .toList();
        if (held.isEmpty()) {
            return;
        }
        var one = held.get(dice.nextInt(held.size()));
        var has = one.getValue();
        boolean stale = dice.nextInt(8) == 0;
        var release = new Command.Release(
                origin(has.owner.session()), has.owner.strand(), List.of(one.getKey()), has.token - (stale ? 1 : 0));
        follow(release, send(release));
    }

    private void follow(Command.Release release, Reply reply) {
        if (reply instanceof Reply.Released) {
            model.release(
                    new Owner(release.origin().session(), release.strand()),
                    release.names().getFirst(),
                    release.token(),
                    stamp());
            giveWay();
        }
    }

    private void cancel() {
        long session = anySession();
        if (dice.nextInt(4) == 0) {
            overtake(session);
            return;
        }
        long target = 1L + dice.nextInt((int) (seqs.getOrDefault(session, 0L) + 2));
        var cancel = new Command.Cancel(origin(session), target);
        // One that has not been sent yet is never sent: its number is taken.
        if (target >= cancel.origin().seq()) {
            seqs.put(session, Math.max(target, cancel.origin().seq()));
        }
        follow(cancel, send(cancel));
    }

    /// The cancel arrives before what it cancels.
    private void overtake(long session) {
        var late = new Command.Acquire(origin(session), 0, List.of(want("a")), Command.FOREVER, 0, Content.EMPTY);
        var reply = send(new Command.Cancel(origin(session), late.origin().seq()));
        if (reply.equals(new Reply.Cancelled(Undone.UNSEEN))) {
            answers.put(session + "#" + late.origin().seq(), reply);
            sent.add(late);
        }
    }

    private void follow(Command.Cancel cancel, Reply reply) {
        if (reply instanceof Reply.Cancelled(var undone)) {
            // Who acknowledged a grant knows its token, and releases it.
            boolean over =
                    cancel.requestSeq() <= acked.getOrDefault(cancel.origin().session(), 0L);
            boolean expected = !over && model.cancel(cancel.origin().session(), cancel.requestSeq(), stamp());
            giveWay();
            require(expected == (undone == Undone.WAITER || undone == Undone.GRANT), "undone: " + undone);
        }
    }

    private void force() {
        var name = NAMES.get(dice.nextInt(NAMES.size()));
        boolean held = model.holds(name).stream().anyMatch(has -> has.lostUntil == 0);
        var reply = apply(new Command.ForceRelease(name, 0, "root", "why not"));
        require(held == reply instanceof Reply.Done, "forced: " + reply);
        if (held) {
            model.force(name, now, stamp());
            giveWay();
        }
        require(namespace.audit().size() <= LIMITS.audit(), "too much audit");
    }

    private void timers() {
        boolean early = dice.nextInt(4) == 0;
        for (var command : namespace.timers().due(early ? Long.MAX_VALUE : now, 3)) {
            settled.clear();
            announced.clear();
            model.granted.clear();
            var reply = apply(command);
            switch (command) {
                case Command.WaitTimeout(var session, var seq) -> {
                    var wait = model.waits.stream()
                            .filter(one -> one.owner().session() == session && one.seq() == seq)
                            .findFirst();
                    boolean due = wait.isPresent() && wait.get().deadline() <= now;
                    require(due == reply instanceof Reply.Done, "timed out: " + reply);
                    if (due) {
                        model.giveUp(session, seq, stamp());
                    }
                }
                case Command.LockDelayEnd(var name) -> model.endDelay(name, now, stamp());
                default -> throw new AssertionError(command);
            }
            compare();
        }
    }

    private void file() {
        long session = anySession();
        var path = dice.nextBoolean() ? "/d" : "/f" + dice.nextInt(4);
        send(
                switch (dice.nextInt(3)) {
                    case 0 -> new Command.DeleteFile(origin(session), path, Command.ANY);
                    default ->
                        new Command.PutFile(
                                origin(session),
                                path,
                                Content.of("x".repeat(dice.nextInt(300))),
                                Command.ANY,
                                dice.nextBoolean());
                });
        require(namespace.usage().bytes() <= LIMITS.bytes(), "too many bytes");
    }

    private void acknowledge() {
        long session = anySession();
        // Whoever acknowledges has the last answer, and waits no longer.
        long upTo = model.waits.stream()
                .filter(wait -> wait.owner().session() == session)
                .mapToLong(wait -> wait.seq() - 1)
                .min()
                .orElse(seqs.getOrDefault(session, 0L));
        acked.merge(session, upTo, Math::max);
        apply(new Command.AckReplies(session, acked.getOrDefault(session, 0L)));
    }

    private void compare() {
        require(
                announced.stream()
                        .sorted()
                        .toList()
                        .equals(model.granted.stream().sorted().toList()),
                () -> "granted " + announced + ", expected " + model.granted);
        announced.clear();
        settled.clear();
        model.granted.clear();
        for (var name : NAMES) {
            var lock = namespace.lock(name);
            var shown = lock.map(ReferenceModel::shown).orElse("[] <- ");
            var expected = model.shown(name);
            require(shown.equals(expected), () -> name + " is " + shown + ", expected " + expected);
            lock.ifPresent(one -> Invariants.requireSound(one, sessions, LIMITS));
        }
        Invariants.requireBounds(namespace.usage(), LIMITS);
        require(namespace.usage().sessions() == sessions.size(), "sessions");
        for (var id : sessions) {
            for (var file : namespace.children("/")) {
                long owner = namespace.file(file).orElseThrow().ephemeral();
                require(owner == 0 || sessions.contains(owner), "a file outlived " + id);
            }
        }
        require(!polite || model.drains(), () -> "a deadlock was not found among " + model.waits + " " + model.names);
    }
}
