package io.covenant.consensus.register;

import io.covenant.simulation.Explorer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/// One register in a world small enough that everything that can happen to it can be tried.
///
/// Three acceptors and two proposers, the first of which owns ballot 0. Whatever was sent may arrive at any
/// later time, any number of times, or never; proposers crash and begin again at any time, within bounds. The
/// cores are the production ones.
///
/// That somebody is outbid needs no letter here: any proposer may think so at any time, which is more than
/// can happen, and keeps the world small.
final class SmallWorld implements Explorer.Moves<SmallWorld.State> {

    private static final List<String> ACCEPTORS = List.of("a", "b", "c");
    private static final List<Value> WANTED = List.of(Value.of("v"), Value.of("w"));

    /// The whole world in numbers, since there will be many.
    ///
    /// @param acceptors what each acceptor holds
    /// @param proposers what each proposer does; 0 before it begins and after it crashed
    /// @param lives     how often each has begun
    /// @param mail      all that was ever sent, one bit for each letter
    record State(List<Integer> acceptors, List<Integer> proposers, List<Integer> lives, BitSet mail) {}

    private sealed interface Letter {
        record ToAcceptor(int from, int to, Request request) implements Letter {}

        record ToProposer(int from, int to, Reply reply) implements Letter {}
    }

    private static final class Numbered<T> {
        private final Map<T, Integer> numbers = new HashMap<>();
        private final List<T> things = new ArrayList<>();

        int of(T thing) {
            return numbers.computeIfAbsent(thing, fresh -> {
                things.add(fresh);
                return things.size() - 1;
            });
        }

        T get(int number) {
            return things.get(number);
        }
    }

    /// Cores are functions, so each question is asked of them once.
    private record Asked(int state, Request request) {}

    private record Told(int who, int life, int state, Proposer.Input input) {}

    /// What may happen to a proposer, so that there is an end to it.
    ///
    /// @param highestRound the highest ballot round that it begins
    /// @param lives        how often it may begin
    record Bounds(int highestRound, int lives) {}

    private final List<Bounds> bounds;
    private final Registers.Rules acceptor;
    private final Optional<PlantedBug> bug;
    private final Numbered<Acceptor.State> acceptorStates = new Numbered<>();
    private final Numbered<Optional<Proposer.State>> proposerStates = new Numbered<>();
    private final Numbered<Letter> letters = new Numbered<>();
    private final Renaming renaming = new Renaming(this::renamedProposal, this::renamedLetter);
    private final Map<List<Integer>, Proposer> cores = new HashMap<>();
    private final Map<Asked, Step<Acceptor.State, Acceptor.Effect>> answers = new HashMap<>();
    private final Map<Told, Step<Proposer.State, Proposer.Effect>> steps = new HashMap<>();

    SmallWorld(Bounds owner, Bounds other, Optional<PlantedBug> bug) {
        this.bounds = List.of(owner, other);
        this.bug = bug;
        this.acceptor = PlantedBug.acceptor(bug);
        proposerStates.of(Optional.empty());
    }

    State start() {
        var blank = acceptorStates.of(new Acceptor.State.Blank());
        return new State(List.of(blank, blank, blank), List.of(0, 0), List.of(0, 0), new BitSet());
    }

    @Override
    public void from(State state, BiConsumer<Supplier<String>, State> into) {
        moves(state, (name, after) -> {
            if (!after.equals(state)) {
                into.accept(name, renaming.least(after));
            }
        });
    }

    private int renamedProposal(int number, IntUnaryOperator acceptor) {
        return proposerStates.of(proposerStates.get(number).map(state -> switch (state) {
            case Proposer.State.Preparing(var ballot, var wanted, var promises) -> {
                var renamed = new TreeMap<String, Optional<Vote>>();
                promises.forEach((who, vote) -> renamed.put(renamed(who, acceptor), vote));
                yield new Proposer.State.Preparing(ballot, wanted, renamed);
            }
            case Proposer.State.Proposing(var vote, var wanted, var accepted) -> {
                var renamed = new TreeSet<String>();
                accepted.forEach(who -> renamed.add(renamed(who, acceptor)));
                yield new Proposer.State.Proposing(vote, wanted, renamed);
            }
            case Proposer.State.Outbid _, Proposer.State.Learned _, Proposer.State.Gone _ -> state;
        }));
    }

    private static String renamed(String who, IntUnaryOperator acceptor) {
        return ACCEPTORS.get(acceptor.applyAsInt(ACCEPTORS.indexOf(who)));
    }

    private int renamedLetter(int number, IntUnaryOperator acceptor) {
        return letters.of(
                switch (letters.get(number)) {
                    case Letter.ToAcceptor(var from, var to, var request) ->
                        new Letter.ToAcceptor(from, acceptor.applyAsInt(to), request);
                    case Letter.ToProposer(var from, var to, var reply) ->
                        new Letter.ToProposer(acceptor.applyAsInt(from), to, reply);
                });
    }

    private void moves(State state, BiConsumer<Supplier<String>, State> into) {
        for (var number = state.mail().nextSetBit(0);
                number >= 0;
                number = state.mail().nextSetBit(number + 1)) {
            var letter = letters.get(number);
            into.accept(letter::toString, arrive(state, letter));
        }
        for (var who = 0; who < 2; who++) {
            var proposer = who;
            if (state.proposers().get(who) == 0) {
                if (state.lives().get(who) < bounds.get(who).lives()) {
                    into.accept(() -> "proposer %d begins".formatted(proposer), begin(state, who));
                }
                continue;
            }
            outbid(state, who)
                    .ifPresent(
                            after -> into.accept(() -> "proposer %d thinks it is outbid".formatted(proposer), after));
            into.accept(() -> "proposer %d retries".formatted(proposer), input(state, who, new Proposer.Input.Retry()));
            if (state.lives().get(who) < bounds.get(who).lives()) {
                into.accept(
                        () -> "proposer %d crashes".formatted(proposer),
                        new State(state.acceptors(), with(state.proposers(), who, 0), state.lives(), state.mail()));
            }
        }
    }

    private Proposer core(State state, int who) {
        return cores.computeIfAbsent(
                List.of(who, state.lives().get(who)),
                seat -> new Proposer("p" + seat.getFirst(), seat.getLast(), ACCEPTORS));
    }

    private State begin(State state, int who) {
        var begun = new State(
                state.acceptors(),
                state.proposers(),
                with(state.lives(), who, state.lives().get(who) + 1),
                state.mail());
        var first = who == 0 && state.lives().get(0) == 0;
        var core = core(begun, who);
        return take(begun, who, first ? core.proposeFirst(WANTED.get(who)) : core.propose(WANTED.get(who)));
    }

    private Optional<State> outbid(State state, int who) {
        return proposerStates
                .get(state.proposers().get(who))
                .flatMap(proposal -> switch (proposal) {
                    case Proposer.State.Preparing(var ballot, var _, var _) -> Optional.of(ballot);
                    case Proposer.State.Proposing(var vote, var _, var _) -> Optional.of(vote.ballot());
                    case Proposer.State.Outbid _, Proposer.State.Learned _, Proposer.State.Gone _ ->
                        Optional.<Ballot>empty();
                })
                .filter(ballot -> ballot.round() < bounds.get(who).highestRound())
                .map(ballot -> input(
                        state, who, new Proposer.Input.Heard(ACCEPTORS.getFirst(), new Reply.Outbid(ballot, ballot))));
    }

    private State input(State state, int who, Proposer.Input input) {
        var before = proposerStates.get(state.proposers().get(who)).orElse(null);
        if (before == null) {
            return state;
        }
        var step = steps.computeIfAbsent(
                new Told(who, state.lives().get(who), state.proposers().get(who), input),
                told -> PlantedBug.proposer(core(state, who), bug).apply(before, input));
        return step.next() instanceof Proposer.State.Preparing(var ballot, var _, var _)
                        && ballot.round() > bounds.get(who).highestRound()
                ? state
                : take(state, who, step);
    }

    private State take(State state, int who, Step<Proposer.State, Proposer.Effect> step) {
        var mail = (BitSet) state.mail().clone();
        for (var effect : step.effects()) {
            // What is closed only answers sooner; leaving it out keeps the world small.
            if (effect instanceof Proposer.Effect.Send(var to, var request) && !(request instanceof Request.Close)) {
                mail.set(letters.of(new Letter.ToAcceptor(who, ACCEPTORS.indexOf(to), request)));
            }
        }
        return new State(
                state.acceptors(),
                with(state.proposers(), who, proposerStates.of(Optional.of(step.next()))),
                state.lives(),
                mail);
    }

    private State arrive(State state, Letter letter) {
        return switch (letter) {
            case Letter.ToProposer(var from, var to, var reply) ->
                input(state, to, new Proposer.Input.Heard(ACCEPTORS.get(from), reply));
            case Letter.ToAcceptor(var from, var to, var request) -> {
                var step = answers.computeIfAbsent(
                        new Asked(state.acceptors().get(to), request),
                        asked -> acceptor.on(acceptorStates.get(asked.state()), request));
                var mail = (BitSet) state.mail().clone();
                for (var effect : step.effects()) {
                    if (effect instanceof Acceptor.Effect.Answer(var reply) && !(reply instanceof Reply.Outbid)) {
                        mail.set(letters.of(new Letter.ToProposer(to, from, reply)));
                    }
                }
                yield new State(
                        with(state.acceptors(), to, acceptorStates.of(step.next())),
                        state.proposers(),
                        state.lives(),
                        mail);
            }
        };
    }

    /// What was ever chosen is one value, and whoever has learned a value has learned that one.
    void check(State state) {
        var votes = new HashMap<Vote, BitSet>();
        Value chosen = null;
        for (var number = state.mail().nextSetBit(0);
                number >= 0;
                number = state.mail().nextSetBit(number + 1)) {
            if (letters.get(number) instanceof Letter.ToProposer(var from, var _, Reply.Accepted(var vote))) {
                var voters = votes.computeIfAbsent(vote, _ -> new BitSet());
                voters.set(from);
                if (voters.cardinality() >= 2) {
                    if (chosen != null && !chosen.equals(vote.value())) {
                        throw new AssertionError("both %s and %s are chosen".formatted(chosen, vote.value()));
                    }
                    chosen = vote.value();
                }
            }
        }
        for (var number : state.proposers()) {
            if (proposerStates.get(number).orElse(null) instanceof Proposer.State.Learned(var value)
                    && (chosen == null || !value.equals(chosen))) {
                throw new AssertionError("learned %s where %s is chosen".formatted(value, Optional.ofNullable(chosen)));
            }
        }
    }

    private static List<Integer> with(List<Integer> numbers, int at, int now) {
        var copy = new ArrayList<>(numbers);
        copy.set(at, now);
        return List.copyOf(copy);
    }
}
