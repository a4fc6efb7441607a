package io.covenant.locks.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.locks.session.SessionEffect.Abandon;
import io.covenant.locks.session.SessionEffect.Became;
import io.covenant.locks.session.SessionEffect.Send;
import io.covenant.locks.session.SessionEffect.Settle;
import io.covenant.locks.wire.LockEvent;
import io.covenant.locks.wire.Want;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.simulation.Seeds;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Clients whose machines stop, sleep and have wrong clocks, and a service that fails over, with a bad network between.
///
/// No two clients believe at the same time, each by its own clocks, that they hold one lock; every question is answered
/// once; and in the end the service knows of no hold that no client knows of.
class SessionSimulation {

    private static final long TTL = 3_000;
    private static final List<String> SERVICE = List.of("s1", "s2", "s3");
    private static final List<String> LOCKS = List.of("red", "blue");

    record Message(long number, Call call) {}

    record Reply(long number, Answer answer) {}

    record Event(long session, long index, LockEvent.Settled settled) {}

    @Seeds(1_000)
    void neverLetsTwoClientsBelieveInTheSameLock(long seed) {
        var run = new Run(seed);
        run.play();
    }

    private static final class Run {
        final World world;
        final ModelService service;
        final List<Client> clients = new ArrayList<>();
        final Map<String, Long> tokens = new HashMap<>();
        boolean ending;

        Run(long seed) {
            world = World.seeded(seed);
            service = new ModelService(world, TTL, SERVICE);
        }

        void play() {
            for (var name : SERVICE) {
                world.node(name, node -> (from, message) -> {
                    if (message instanceof Message(var number, var call)) {
                        service.receive(node.name(), from, number, call);
                    }
                });
            }
            for (int i = 0; i < 3; i++) {
                world.node("c" + i, node -> {
                    var client = new Client(this, node);
                    clients.add(client);
                    return client;
                });
            }
            world.node(SERVICE.getFirst()).every(Duration.ofMillis(50), service::tick);
            world.network()
                    .delay(Duration.ofMillis(1), Duration.ofMillis(20))
                    .stragglers(0.02, Duration.ofMillis(5_000))
                    .loss(0.03)
                    .duplication(0.03);
            world.always("one holder by the clients' clocks", this::oneHolder);
            for (int i = 0; i < 6; i++) {
                world.in(world.dice().between(Duration.ZERO, Duration.ofSeconds(25)), this::fault);
            }
            world.run(Duration.ofSeconds(30));
            ending = true;
            world.network().behave();
            world.run(Duration.ofSeconds(60));
            clients.forEach(client -> assertThat(client.open)
                    .as("questions of %s that were never answered; %s; %s", client, service, clients)
                    .isEmpty());
            service.holds()
                    .forEach((name, hold) -> assertThat(clients)
                            .as("%s is held by session %d, of which no client knows", name, hold.session())
                            .anyMatch(client ->
                                    client.core.session() == hold.session() && client.held.containsKey(name)));
            assertThat(clients.stream().mapToInt(client -> client.grants).sum())
                    .as("grants")
                    .isGreaterThan(10);
            assertThat(clients.stream().mapToInt(client -> client.told).sum())
                    .as("ends of waits that the events told")
                    .isPositive();
        }

        void fault() {
            var client = world.dice().pick(clients);
            switch (world.dice().below(5)) {
                case 0 -> service.failOver(world.dice().between(Duration.ZERO, Duration.ofSeconds(5)));
                case 1 -> client.stop(world.dice().between(Duration.ZERO, Duration.ofSeconds(8)), false);
                case 2 -> client.stop(world.dice().between(Duration.ZERO, Duration.ofSeconds(8)), true);
                case 3 -> client.node.skew(Duration.ofMillis(world.dice().below(7_200_000) - 3_600_000));
                default -> {
                    var server = world.dice().pick(SERVICE);
                    world.network().cut(server, client.node.name());
                    world.in(
                            Duration.ofSeconds(world.dice().below(6)),
                            () -> world.network().heal(server, client.node.name()));
                }
            }
        }

        void oneHolder() {
            for (var name : LOCKS) {
                @Nullable Client holder = null;
                for (var client : clients) {
                    if (client.believesInHolding(name)) {
                        if (holder != null) {
                            throw new AssertionError(
                                    "%s and %s both hold %s".formatted(holder.node.name(), client.node.name(), name));
                        }
                        holder = client;
                    }
                }
            }
        }
    }

    /// A program that acquires, holds and releases, again and again, and opens another session when one has ended.
    private static final class Client implements Program {

        private final Run run;
        private final Node node;
        private final double rate;
        private Duration slept = Duration.ZERO;
        private SessionCore core;
        private final Map<String, Long> held = new HashMap<>();
        private final Map<Long, Operation> open = new HashMap<>();
        private final Set<Long> settled = new HashSet<>();
        private long asks;
        private int grants;
        private int told;
        private @Nullable String followed;
        private int sessions;
        private long numbers;
        private boolean asleep;
        private final Map<Long, Long> sendings = new HashMap<>();

        Client(Run run, Node node) {
            this.run = run;
            this.node = node;
            rate = 0.995 + node.dice().below(1000) / 100_000.0;
            core = begin();
            node.after(Duration.ofMillis(1), this::want);
            node.after(Duration.ofMillis(100), this::follow);
        }

        private SessionCore begin() {
            sessions++;
            followed = null;
            sendings.clear();
            held.clear();
            var settings = SessionSettings.of(
                            node.name(), SERVICE, TTL, node.dice().next())
                    .withSeed(node.dice().next());
            var begun = new SessionCore(settings);
            core = begun;
            feed(new SessionInput.Open(now()));
            return begun;
        }

        @Override
        public String toString() {
            return "%s in session %d, %s, holding %s, waking at %d of %d, %s"
                    .formatted(
                            node.name(),
                            core.session(),
                            core.state(),
                            held,
                            core.wakeAtNanos() / Moment.MILLI,
                            now().nanos() / Moment.MILLI,
                            core);
        }

        Moment now() {
            double nanos = rate * (run.world.elapsed().toNanos() - slept.toNanos());
            return new Moment((long) nanos, node.now().toEpochMilli());
        }

        boolean believesInHolding(String name) {
            return !node.paused() && held.containsKey(name) && core.lease().covers(now());
        }

        /// Stopped by a signal, or with the whole machine, whose monotonic clock stands still then.
        void stop(Duration length, boolean machine) {
            if (asleep) {
                return;
            }
            asleep = true;
            node.pause();
            run.world.in(length, () -> {
                slept = machine ? slept.plus(length) : slept;
                asleep = false;
                node.resume();
            });
        }

        @Override
        public void receive(String from, Object message) {
            if (message instanceof Reply(var number, var answer)) {
                var own = sendings.remove(number);
                if (own != null) {
                    feed(new SessionInput.Answered(now(), own, answer));
                }
            } else if (message instanceof Event(var session, var index, var settled)
                    && session == core.session()
                    && from.equals(followed)) {
                told++;
                feed(new SessionInput.Told(now(), index, settled));
            }
        }

        /// The stream of events breaks and comes again, and may be that of a node which is the primary no more.
        private void follow() {
            followed = node.dice().chance(0.8) ? core.node() : null;
            feed(new SessionInput.Following(now(), followed));
            node.after(node.dice().between(Duration.ofMillis(50), Duration.ofMillis(4_000)), this::follow);
        }

        private void feed(SessionInput input) {
            var of = core;
            for (var effect : of.on(input)) {
                switch (effect) {
                    case Send(var number, var to, var call) -> {
                        sendings.put(++numbers, number);
                        node.send(to, new Message(numbers, call));
                        unanswered(of, numbers, number);
                    }
                    case Abandon _ -> {}
                    case Settle(var ask, var outcome) -> settled(ask, outcome);
                    case Became became -> {
                        if (became.to() == SessionState.EXPIRED) {
                            held.clear();
                            node.after(Duration.ofMillis(1), this::begin);
                        }
                    }
                }
            }
            wakeLater(of);
        }

        /// A connection that breaks, sometimes soon.
        private void unanswered(SessionCore of, long outer, long number) {
            if (node.dice().chance(0.02)) {
                node.after(Duration.ofMillis(5), () -> {
                    if (of == core && sendings.remove(outer) != null) {
                        feed(new SessionInput.Answered(now(), number, new Answer.Silence("reset")));
                    }
                });
            }
        }

        private long planned = Long.MAX_VALUE;

        private void wakeLater(SessionCore of) {
            long wake = of.wakeAtNanos();
            if (wake >= planned) {
                return;
            }
            planned = wake;
            long nanos = Math.max(1_000, wake - now().nanos());
            node.after(Duration.ofNanos(nanos), () -> {
                planned = Long.MAX_VALUE;
                feed(new SessionInput.Ticked(now()));
            });
        }

        private void want() {
            if (run.ending) {
                return;
            }
            var name = node.dice().pick(LOCKS);
            long wait = node.dice().pick(List.of(0L, 300L, 2_000L, -1L));
            var acquire = new Operation.Acquire(node.dice().below(2), List.of(Want.exclusive(name)), wait, 0, null);
            long ask = ask(acquire, 1_000);
            if (node.dice().chance(0.15)) {
                node.after(node.dice().between(Duration.ofMillis(1), Duration.ofMillis(900)), () -> {
                    if (open.remove(ask) != null) {
                        feed(new SessionInput.Withdrawn(now(), ask));
                        node.after(Duration.ofMillis(1), this::want);
                    }
                });
            }
        }

        private long ask(Operation operation, long patience) {
            long ask = ++asks;
            open.put(ask, operation);
            feed(new SessionInput.Asked(now(), ask, operation, patience));
            return ask;
        }

        private void settled(long ask, Outcome outcome) {
            assertThat(settled.add(ask)).as("%d is answered once", ask).isTrue();
            var operation = open.remove(ask);
            if (operation instanceof Operation.Acquire acquire) {
                if (outcome instanceof Outcome.Held(var granted)) {
                    took(acquire, granted.grants().getFirst().token());
                } else {
                    node.after(Duration.ofMillis(20), this::want);
                }
            }
        }

        private void took(Operation.Acquire acquire, long token) {
            grants++;
            var name = acquire.wants().getFirst().name();
            var before = run.tokens.put(name, token);
            assertThat(core.lease().covers(now())).as("told while safe").isTrue();
            assertThat(before == null || token >= before).as("tokens rise").isTrue();
            held.put(name, token);
            int session = sessions;
            node.after(node.dice().between(Duration.ofMillis(1), Duration.ofMillis(400)), () -> {
                if (session == sessions && held.containsKey(name)) {
                    held.remove(name);
                    ask(new Operation.Release(acquire.strand(), List.of(name), token), -1);
                }
                want();
            });
        }
    }
}
