package io.covenant.consensus.register;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Has some value chosen for one register, its own if there is none yet, and learns which.
///
/// Starts by [#propose], or by [#proposeFirst] when it owns the register. All of its state is volatile. Who
/// runs it says [Input.Retry] from time to time until it has ended, after waits that differ between
/// proposers and grow: two that always retry together could outbid each other for ever.
public final class Proposer {

    /// Where a proposal stands.
    public sealed interface State {

        /// Phase 1: asks for promises.
        ///
        /// @param wanted   what it proposes if nothing was accepted before
        /// @param promises who promised, and what they had accepted
        record Preparing(Ballot ballot, Value wanted, SortedMap<String, Optional<Vote>> promises) implements State {
            public Preparing {
                promises = Collections.unmodifiableSortedMap(new TreeMap<>(promises));
            }
        }

        /// Phase 2: asks to accept.
        record Proposing(Vote vote, Value wanted, SortedSet<String> accepted) implements State {
            public Proposing {
                accepted = Collections.unmodifiableSortedSet(new TreeSet<>(accepted));
            }
        }

        /// Somebody else has a higher ballot: waits a while before it tries again.
        record Outbid(Ballot highest, Value wanted) implements State {}

        /// The register holds this for ever.
        record Learned(Value value) implements State {}

        /// The register was finished long ago; what it held has to be known elsewhere.
        record Gone(long horizon) implements State {}
    }

    /// What a proposal hears.
    public sealed interface Input {

        record Heard(String acceptor, Reply reply) implements Input {}

        /// Some have not answered for a while, or it has waited long enough after being outbid.
        record Retry() implements Input {}
    }

    /// What a proposal asks for.
    public sealed interface Effect {

        record Send(String acceptor, Request request) implements Effect {}

        /// Whoever proposed may hear what was chosen.
        record Tell(Value chosen) implements Effect {}

        /// Whoever proposed may hear that the register is forgotten.
        record TellForgotten() implements Effect {}
    }

    private final String name;
    private final long incarnation;
    private final SortedSet<String> acceptors;

    /// @param name        unique among all proposers
    /// @param incarnation never the same for two lives of this proposer
    public Proposer(String name, long incarnation, Collection<String> acceptors) {
        this.name = name;
        this.incarnation = incarnation;
        this.acceptors = Collections.unmodifiableSortedSet(new TreeSet<>(acceptors));
    }

    /// Proposes a value with both phases.
    public Step<State, Effect> propose(Value value) {
        return prepare(Ballot.FIRST, value);
    }

    /// Proposes the owner's value, without a first phase. The owner never proposes another one so, nor after
    /// a crash.
    public Step<State, Effect> proposeFirst(Value value) {
        return accept(new Vote(Ballot.FIRST, value), value);
    }

    /// Accepts every input in every state; what is late, duplicated or from a stranger changes nothing.
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Preparing preparing -> onPreparing(preparing, input);
            case State.Proposing proposing -> onProposing(proposing, input);
            case State.Outbid outbid -> onOutbid(outbid, input);
            case State.Learned _, State.Gone _ -> Step.stay(state);
        };
    }

    private Step<State, Effect> onPreparing(State.Preparing preparing, Input input) {
        return switch (input) {
            case Input.Heard(var who, var _) when !acceptors.contains(who) -> Step.stay(preparing);
            case Input.Heard(var who, Reply.Promised(var ballot, var accepted))
            when ballot.equals(preparing.ballot()) -> promised(preparing, who, accepted);
            case Input.Heard(var _, Reply.Outbid(var ballot, var promised))
            when ballot.equals(preparing.ballot()) -> Step.to(new State.Outbid(promised, preparing.wanted()));
            case Input.Heard(var _, Reply.Chosen(var value)) -> learned(value);
            case Input.Heard(var _, Reply.Forgotten(var horizon)) -> gone(horizon);
            case Input.Heard _ -> Step.stay(preparing);
            case Input.Retry _ ->
                new Step<>(
                        preparing,
                        send(without(preparing.promises().keySet()), new Request.Prepare(preparing.ballot())));
        };
    }

    private Step<State, Effect> onProposing(State.Proposing proposing, Input input) {
        return switch (input) {
            case Input.Heard(var who, var _) when !acceptors.contains(who) -> Step.stay(proposing);
            case Input.Heard(var who, Reply.Accepted(var vote))
            when vote.equals(proposing.vote()) -> accepted(proposing, who);
            case Input.Heard(var _, Reply.Outbid(var ballot, var promised))
            when ballot.equals(proposing.vote().ballot()) -> Step.to(new State.Outbid(promised, proposing.wanted()));
            case Input.Heard(var _, Reply.Chosen(var value)) -> learned(value);
            case Input.Heard(var _, Reply.Forgotten(var horizon)) -> gone(horizon);
            case Input.Heard _ -> Step.stay(proposing);
            case Input.Retry _ -> new Step<>(proposing, send(without(proposing.accepted()), request(proposing.vote())));
        };
    }

    private Step<State, Effect> onOutbid(State.Outbid outbid, Input input) {
        return switch (input) {
            case Input.Retry _ -> prepare(outbid.highest(), outbid.wanted());
            case Input.Heard(var who, var _) when !acceptors.contains(who) -> Step.stay(outbid);
            case Input.Heard(var _, Reply.Chosen(var value)) -> learned(value);
            case Input.Heard(var _, Reply.Forgotten(var horizon)) -> gone(horizon);
            case Input.Heard(var _, Reply.Outbid(var _, var promised))
            when outbid.highest().isBelow(promised) -> Step.to(new State.Outbid(promised, outbid.wanted()));
            case Input.Heard _ -> Step.stay(outbid);
        };
    }

    private Step<State, Effect> prepare(Ballot above, Value wanted) {
        var ballot = new Ballot(above.round() + 1, name, incarnation);
        return new Step<>(
                new State.Preparing(ballot, wanted, new TreeMap<>()), send(acceptors, new Request.Prepare(ballot)));
    }

    private Step<State, Effect> promised(State.Preparing preparing, String who, Optional<Vote> accepted) {
        var promises = new TreeMap<>(preparing.promises());
        promises.put(who, accepted);
        if (!isMajority(promises.size())) {
            return Step.to(new State.Preparing(preparing.ballot(), preparing.wanted(), promises));
        }
        // What the highest ballot proposed may be chosen already; nothing else can be.
        var value = promises.values().stream()
                .flatMap(Optional::stream)
                .max(Comparator.comparing(Vote::ballot))
                .map(Vote::value)
                .orElse(preparing.wanted());
        return accept(new Vote(preparing.ballot(), value), preparing.wanted());
    }

    private Step<State, Effect> accept(Vote vote, Value wanted) {
        return new Step<>(new State.Proposing(vote, wanted, new TreeSet<>()), send(acceptors, request(vote)));
    }

    private Step<State, Effect> accepted(State.Proposing proposing, String who) {
        var accepted = new TreeSet<>(proposing.accepted());
        accepted.add(who);
        return isMajority(accepted.size())
                ? learned(proposing.vote().value())
                : Step.to(new State.Proposing(proposing.vote(), proposing.wanted(), accepted));
    }

    private Step<State, Effect> learned(Value value) {
        var effects = new ArrayList<Effect>();
        effects.add(new Effect.Tell(value));
        effects.addAll(send(acceptors, new Request.Close(value)));
        return new Step<>(new State.Learned(value), effects);
    }

    private static Step<State, Effect> gone(long horizon) {
        return Step.to(new State.Gone(horizon), new Effect.TellForgotten());
    }

    private static Request request(Vote vote) {
        return new Request.Accept(vote.ballot(), vote.value());
    }

    private static List<Effect> send(Collection<String> acceptors, Request request) {
        return acceptors.stream()
                .<Effect>map(acceptor -> new Effect.Send(acceptor, request))
                .toList();
    }

    private List<String> without(Collection<String> answered) {
        return acceptors.stream()
                .filter(acceptor -> !answered.contains(acceptor))
                .toList();
    }

    private boolean isMajority(int count) {
        return count > acceptors.size() / 2;
    }
}
