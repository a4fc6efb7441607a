package io.covenant.consensus.register;

import io.covenant.consensus.register.Registers.Kept;
import io.covenant.simulation.Dice;
import io.covenant.simulation.Disk;
import io.covenant.simulation.Node;
import io.covenant.simulation.Program;
import io.covenant.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Acceptors, proposers, learners and somebody who tidies up, in one world, and what befalls them.
final class SimulatedRegisters {

    /// What has happened, so that nobody trusts a campaign that saw nothing.
    enum Event {
        ACCEPTOR_CRASH,
        PROPOSER_CRASH,
        PARTITION,
        PAUSE,
        CHOSEN_AT_FIRST_BALLOT,
        CHOSEN_LATER,
        VALUE_OF_ANOTHER_LEARNED,
        OUTBID,
        HEARD_BY_LEARNER,
        FORGOTTEN,
        ASKED_TOO_LATE
    }

    static Map<Event, LongAdder> tally() {
        var tally = new EnumMap<Event, LongAdder>(Event.class);
        for (var event : Event.values()) {
            tally.put(event, new LongAdder());
        }
        return tally;
    }

    private record Ask(RegisterKey key, Request request) {}

    private record Told(RegisterKey key, Reply reply) {}

    /// An acceptor passes on to who listens what it accepted.
    private record Overheard(RegisterKey key, Reply reply) {}

    private record Forget(long born) {}

    private static final Duration TROUBLE = Duration.ofSeconds(3);
    private static final Duration STRAGGLING = Duration.ofSeconds(2);
    private static final String LISTENER = "listener";
    private static final String TIDIER = "tidier";

    private final World world;
    private final Dice dice;
    private final Map<Event, LongAdder> tally;
    private final Optional<PlantedBug> bug;
    private final List<String> acceptors;
    private final List<String> proposers;
    private final List<RegisterKey> keys;
    private final RegisterHistory history;
    private final Set<String> unfinished = new HashSet<>();

    private SimulatedRegisters(World world, Map<Event, LongAdder> tally, Optional<PlantedBug> bug) {
        this.world = world;
        this.dice = world.dice();
        this.tally = tally;
        this.bug = bug;
        this.acceptors = names("acceptor", dice.chance(0.8) ? 3 : 5);
        this.proposers = names("proposer", 2 + dice.below(2));
        this.keys = IntStream.rangeClosed(1, 1 + dice.below(3))
                .mapToObj(number -> new RegisterKey(number, "r" + number))
                .toList();
        this.history = new RegisterHistory(acceptors.size());
    }

    private static List<String> names(String kind, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> kind + "-" + number)
                .toList();
    }

    static void play(World world, Map<Event, LongAdder> tally, Optional<PlantedBug> bug) {
        var registers = new SimulatedRegisters(world, tally, bug);
        registers.build();
        registers.misbehave();
        world.in(TROUBLE.plus(STRAGGLING).plusMillis(1), () -> {});
        world.quietWhen("trouble is over", () -> world.elapsed().compareTo(TROUBLE.plus(STRAGGLING)) > 0)
                .quietWhen("a proposal has no end", registers.unfinished::isEmpty)
                .finally_("at the end", registers::checkAtTheEnd)
                .untilQuiet(Duration.ofMinutes(2));
    }

    private void build() {
        world.network()
                .delay(Duration.ofNanos(200_000), Duration.ofMillis(1 + dice.below(60)))
                .loss(dice.pick(List.of(0.0, 0.05, 0.2)))
                .duplication(dice.pick(List.of(0.0, 0.05, 0.2)))
                .stragglers(dice.pick(List.of(0.0, 0.05, 0.15)), STRAGGLING);
        acceptors.forEach(name -> world.node(name, node -> new AcceptorProgram(node, node.disk("wal"))));
        world.node(LISTENER, ListenerProgram::new);
        proposers.forEach(name -> world.node(name, ProposerProgram::new));
        world.node(TIDIER, TidierProgram::new);
    }

    private void misbehave() {
        sometimes(3, () -> crash(dice.pick(acceptors), Event.ACCEPTOR_CRASH));
        sometimes(3, () -> crash(dice.pick(proposers), Event.PROPOSER_CRASH));
        sometimes(2, () -> {
            var node = world.node(dice.pick(dice.chance(0.5) ? acceptors : proposers));
            node.pause();
            count(Event.PAUSE);
            world.in(dice.between(Duration.ofMillis(50), Duration.ofSeconds(1)), node::resume);
        });
        sometimes(3, () -> {
            var one = dice.pick(acceptors);
            var other = dice.pick(proposers);
            var oneWay = dice.chance(0.5);
            count(Event.PARTITION);
            world.network().cut(one, other);
            if (!oneWay) {
                world.network().cut(other, one);
            }
            world.in(dice.between(Duration.ofMillis(50), Duration.ofSeconds(1)), () -> {
                world.network().heal(one, other);
                world.network().heal(other, one);
            });
        });
        world.in(TROUBLE, () -> {
            world.network().behave();
            world.nodes().forEach(Node::restart);
            world.nodes().forEach(Node::resume);
        });
    }

    private void sometimes(int most, Runnable fate) {
        for (var times = dice.below(most + 1); times > 0; times--) {
            world.in(dice.between(Duration.ZERO, TROUBLE), fate);
        }
    }

    private void crash(String name, Event event) {
        var node = world.node(name);
        if (node.up()) {
            count(event);
            node.crash();
            world.in(dice.between(Duration.ofMillis(10), Duration.ofMillis(800)), node::restart);
        }
    }

    private void checkAtTheEnd() {
        for (var key : keys) {
            history.chosen(key).ifPresentOrElse(value -> {}, () -> {
                throw new AssertionError(key + " has no value, though everybody is done");
            });
        }
    }

    private boolean planted(PlantedBug one) {
        return bug.equals(Optional.of(one));
    }

    private void count(Event event) {
        Objects.requireNonNull(tally.get(event)).increment();
    }

    /// The production registers over a disk that forgets.
    private final class AcceptorProgram implements Program {

        private final Node node;
        private final Disk<Kept> disk;
        private final Registers registers = new Registers(PlantedBug.acceptor(bug));

        private AcceptorProgram(Node node, Disk<Kept> disk) {
            this.node = node;
            this.disk = disk;
            disk.contents().forEach(registers::restore);
        }

        @Override
        public void receive(String from, Object message) {
            switch (message) {
                case Ask(var key, var request) -> asked(from, key, request);
                case Forget(var born) ->
                    registers.forgetBefore(born).ifPresent(kept -> {
                        disk.write(kept);
                        count(Event.FORGOTTEN);
                    });
                default -> throw new IllegalArgumentException(message.toString());
            }
        }

        private void asked(String from, RegisterKey key, Request request) {
            var outcome = registers.on(key, request);
            outcome.kept().ifPresent(disk::write);
            var unforced = switch (outcome.answer()) {
                case Reply.Promised _ -> planted(PlantedBug.PROMISE_NOT_FORCED);
                case Reply.Accepted _ -> planted(PlantedBug.VOTE_NOT_FORCED);
                case Reply.Outbid _, Reply.Chosen _, Reply.Forgotten _ -> true;
            };
            if (outcome.forced() && !unforced) {
                disk.force();
            }
            if (outcome.answer() instanceof Reply.Accepted(var vote)) {
                history.accepted(key, node.name(), vote);
                node.send(LISTENER, new Overheard(key, outcome.answer()));
            }
            if (planted(PlantedBug.FORGOTTEN_TOO_EARLY) && outcome.answer() instanceof Reply.Chosen) {
                registers.restore(new Kept.Register(key, new Acceptor.State.Blank()));
            }
            node.send(from, new Told(key, outcome.answer()));
        }
    }

    /// Proposes something for every register, at some time; the first proposer owns ballot 0 of all.
    private final class ProposerProgram implements Program {

        private final Node node;
        private final Map<RegisterKey, Proposer.State> states = new HashMap<>();
        private final Proposer core;
        private final BiFunction<Proposer.State, Proposer.Input, Step<Proposer.State, Proposer.Effect>> rules;

        private ProposerProgram(Node node) {
            this.node = node;
            this.core = new Proposer(
                    node.name(), planted(PlantedBug.INCARNATION_FORGOTTEN) ? 0 : node.incarnation(), acceptors);
            this.rules = PlantedBug.proposer(core, bug);
            for (var key : keys) {
                unfinished.add(node.name() + key);
                node.after(dice.between(Duration.ZERO, Duration.ofMillis(700)), () -> begin(key));
            }
        }

        private void begin(RegisterKey key) {
            var owner = node.name().equals(proposers.getFirst());
            // The owner's value must not change when it comes back; the others' may.
            var value = Value.of(owner ? "owner" : "%s life %d".formatted(node.name(), node.incarnation()));
            history.proposed(key, value);
            take(
                    key,
                    (owner && !dice.chance(0.2)) || planted(PlantedBug.FIRST_BALLOT_SHARED)
                            ? core.proposeFirst(value)
                            : core.propose(value));
            retry(key);
        }

        private void retry(RegisterKey key) {
            node.after(dice.between(Duration.ofMillis(30), Duration.ofMillis(500)), () -> {
                if (!ended(states.get(key))) {
                    input(key, new Proposer.Input.Retry());
                    retry(key);
                }
            });
        }

        private boolean ended(Proposer.@Nullable State state) {
            return state instanceof Proposer.State.Learned || state instanceof Proposer.State.Gone;
        }

        @Override
        public void receive(String from, Object message) {
            if (message instanceof Told(var key, var reply)) {
                input(key, new Proposer.Input.Heard(from, reply));
            }
        }

        private void input(RegisterKey key, Proposer.Input input) {
            var state = states.get(key);
            if (state != null) {
                take(key, rules.apply(state, input));
            }
        }

        private void take(RegisterKey key, Step<Proposer.State, Proposer.Effect> step) {
            var before = states.put(key, step.next());
            for (var effect : step.effects()) {
                switch (effect) {
                    case Proposer.Effect.Send(var acceptor, var request) -> node.send(acceptor, new Ask(key, request));
                    case Proposer.Effect.Tell(var value) -> learned(key, value, before);
                    case Proposer.Effect.TellForgotten() -> count(Event.ASKED_TOO_LATE);
                }
            }
            if (step.next() instanceof Proposer.State.Outbid && !(before instanceof Proposer.State.Outbid)) {
                count(Event.OUTBID);
            }
            if (ended(step.next())) {
                unfinished.remove(node.name() + key);
            }
        }

        private void learned(RegisterKey key, Value value, Proposer.@Nullable State before) {
            history.learned(key, value);
            if (before instanceof Proposer.State.Proposing(var vote, var wanted, var _)) {
                count(vote.ballot().equals(Ballot.FIRST) ? Event.CHOSEN_AT_FIRST_BALLOT : Event.CHOSEN_LATER);
                if (!wanted.equals(value)) {
                    count(Event.VALUE_OF_ANOTHER_LEARNED);
                }
            }
        }
    }

    /// Hears what was accepted and learns from that alone.
    private final class ListenerProgram implements Program {

        private final Learner core = new Learner(acceptors);
        private final Map<RegisterKey, Learner.State> states = new HashMap<>();

        private ListenerProgram(Node node) {
            node.world().note(node.name(), "listens to", acceptors);
        }

        @Override
        public void receive(String from, Object message) {
            if (message instanceof Overheard(var key, var reply)) {
                var before = states.getOrDefault(key, core.begin());
                var after = core.on(before, from, reply);
                states.put(key, after);
                Learner.learned(after).ifPresent(value -> {
                    history.learned(key, value);
                    if (!before.equals(after)) {
                        count(Event.HEARD_BY_LEARNER);
                    }
                });
            }
        }
    }

    /// Raises the horizon over registers that have a value.
    private final class TidierProgram implements Program {

        private TidierProgram(Node node) {
            if (dice.chance(0.6)) {
                node.every(Duration.ofMillis(400), () -> {
                    var finished = new ArrayList<RegisterKey>();
                    keys.stream()
                            .takeWhile(key -> history.chosen(key).isPresent())
                            .forEach(finished::add);
                    if (!finished.isEmpty()) {
                        var horizon = finished.getLast().born() + 1;
                        acceptors.forEach(acceptor -> node.send(acceptor, new Forget(horizon)));
                    }
                });
            }
        }

        @Override
        public void receive(String from, Object message) {}
    }
}
