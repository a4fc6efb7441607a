package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Ack;
import io.covenant.transactions.paxoscommit.PaxosCommit.Effect;
import io.covenant.transactions.paxoscommit.PaxosCommit.Input;
import io.covenant.transactions.paxoscommit.PaxosCommit.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every state of a leader with every input, as the code answers it and as `docs/protocols/paxos-commit.md` shows
/// it.
class PaxosCommitTableTests {

    private static final PaxosCommit PROTOCOL = new PaxosCommit(Samples.ACCEPTORS);
    private static final Ballot MINE = Samples.ballot(1, "p");
    private static final Ballot HIGHER = Samples.ballot(2, "q");
    private static final Ballot BEGUN = Samples.ballot(0, "q");

    private static final List<State> STATES = List.of(
            claiming(Optional.of(Samples.PLAN), false),
            claiming(Optional.of(Samples.PLAN), true),
            claiming(Optional.empty(), true),
            new State.Voting(MINE, Samples.PLAN, new TreeMap<>()),
            new State.Voting(MINE, Samples.PLAN, new TreeMap<>(Map.of("x", Samples.COMMIT))),
            new State.Proposing(MINE, Samples.COMMIT, new TreeSet<>(Set.of("x")), new TreeSet<>()),
            new State.Proposing(MINE, Samples.ABORT, new TreeSet<>(), new TreeSet<>(Set.of("x"))),
            new State.Outbid(Samples.ballot(3, "p"), Optional.of(Samples.PLAN)),
            new State.Telling(Samples.COMMIT, new TreeSet<>(Set.of(Samples.A)), new TreeSet<>()),
            new State.Telling(Samples.ABORT, new TreeSet<>(Set.of(Samples.A, Samples.B)), new TreeSet<>()),
            new State.Finished(Samples.COMMIT, new TreeSet<>()),
            new State.Gone());

    private static final List<Input> INPUTS = List.of(
            heard(new Reply.Promised(MINE, Optional.empty())),
            heard(new Reply.Promised(MINE, Optional.of(Samples.votes(BEGUN, Samples.A)))),
            heard(new Reply.Promised(MINE, Optional.of(Samples.votes(BEGUN, Samples.A, Samples.B)))),
            heard(new Reply.Promised(MINE, Optional.of(new Accepted.Verdict(BEGUN, Samples.ABORT)))),
            heard(new Reply.Took(MINE, Samples.COMMIT)),
            heard(new Reply.Took(HIGHER, Samples.COMMIT)),
            heard(new Reply.Outbid(MINE, HIGHER)),
            heard(new Reply.Closed(Samples.ABORT, false)),
            heard(new Reply.Closed(Samples.COMMIT, true)),
            heard(new Reply.Forgotten()),
            new Input.Refused(Samples.A),
            new Input.Acked(Samples.A, Ack.DONE),
            new Input.Acked(Samples.A, Ack.HAZARD),
            new Input.Expired(),
            new Input.Retry());

    @Test
    void standsInTheDocumentation() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (State state : STATES) {
            for (Input input : INPUTS) {
                var step = PROTOCOL.on(state, input);
                if (!(step.next().equals(state) && step.effects().isEmpty())) {
                    rows.add(List.of(show(state), show(input), show(step.next()), show(step.effects())));
                }
            }
        }

        ProtocolPage.named("paxos-commit.md")
                .requireTable("leader", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateInputAndReply() {
        assertThat(Samples.kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(Samples.kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
        var replies = INPUTS.stream()
                .filter(Input.Heard.class::isInstance)
                .map(input -> ((Input.Heard) input).reply())
                .toList();
        assertThat(Samples.kinds(replies)).containsExactlyInAnyOrder(Reply.class.getPermittedSubclasses());
    }

    @Test
    void leavesOutTheFirstPhaseOnlyForAnIdOfItsOwn() {
        assertThat(PROTOCOL.beginNamed(Samples.ballot(0, "p"), Samples.PLAN).effects())
                .allSatisfy(effect -> assertThat(effect).isInstanceOf(Effect.Prepare.class));
        assertThat(PROTOCOL.begin(MINE, Samples.PLAN).effects())
                .allSatisfy(effect -> assertThat(effect).isInstanceOf(Effect.Ask.class));
        assertThatThrownBy(() -> PROTOCOL.beginNamed(MINE, Samples.PLAN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wantsAnOddNumberOfAcceptors() {
        assertThatThrownBy(() -> new PaxosCommit(List.of("x", "y"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void heedsNoStranger() {
        var took = new Input.Heard("stranger", new Reply.Closed(Samples.COMMIT, true));

        assertThat(STATES)
                .allSatisfy(state -> assertThat(PROTOCOL.on(state, took).next()).isEqualTo(state));
    }

    /// What one acceptor has of `a` and another of `b` may both be chosen.
    @Test
    void putsTogetherWhatSeveralAcceptorsTook() {
        var one = Samples.votes(BEGUN, Samples.A);
        var other = Samples.votes(BEGUN, Samples.B);

        assertThat(Accepted.safe(List.of(one, other))).contains(Samples.COMMIT);
        assertThat(Accepted.safe(List.of(one))).contains(Samples.ABORT);
        assertThat(Accepted.safe(List.of())).isEmpty();
    }

    private static State claiming(Optional<Plan> plan, boolean promised) {
        var promises = new TreeMap<String, Optional<Accepted>>();
        if (promised) {
            promises.put("x", Optional.empty());
        }
        return new State.Claiming(MINE, plan, promises, new TreeSet<>());
    }

    private static Input heard(Reply reply) {
        return new Input.Heard("y", reply);
    }

    private static String show(State state) {
        return switch (state) {
            case State.Claiming(var ballot, var plan, var promised, var forgotten) ->
                "Claiming %s, %s%s%s"
                        .formatted(
                                Samples.show(ballot),
                                plan.isPresent() ? "to begin" : "to finish",
                                by("promised", promised.keySet()),
                                by("forgotten", forgotten));
            case State.Voting(var ballot, var _, var took) ->
                "Voting in %s%s".formatted(Samples.show(ballot), by("reported", took.keySet()));
            case State.Proposing(var ballot, var outcome, var took, var forgotten) ->
                "Proposing %s in %s%s%s"
                        .formatted(
                                Samples.show(outcome),
                                Samples.show(ballot),
                                by("taken", took),
                                by("forgotten", forgotten));
            case State.Outbid(var next, var plan) ->
                "Outbid, next %s, %s".formatted(Samples.show(next), plan.isPresent() ? "to begin" : "to finish");
            case State.Telling(var outcome, var unacked, var hazards) ->
                "Telling %s, unconfirmed %s%s"
                        .formatted(
                                Samples.show(outcome),
                                Samples.names(unacked),
                                hazards.isEmpty() ? "" : ", hazard " + Samples.names(hazards));
            case State.Finished(var outcome, var hazards) ->
                "Finished %s%s"
                        .formatted(
                                Samples.show(outcome), hazards.isEmpty() ? "" : ", hazard " + Samples.names(hazards));
            case State.Gone _ -> "Gone";
        };
    }

    private static String by(String what, Set<String> acceptors) {
        return acceptors.isEmpty() ? "" : ", %s by %s".formatted(what, String.join(" ", acceptors));
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.Heard(var acceptor, var reply) -> acceptor + ": " + Samples.show(reply);
            case Input.Refused(var who) -> who.name() + " refuses";
            case Input.Acked(var who, var ack) -> "%s confirms %s".formatted(who.name(), ack);
            case Input.Expired _ -> "the deadline passes";
            case Input.Retry _ -> "somebody has not answered";
        };
    }

    /// The same request to several acceptors at once is shown once.
    private static String show(List<Effect> effects) {
        return effects.stream()
                .collect(Collectors.groupingBy(
                        PaxosCommitTableTests::what,
                        LinkedHashMap::new,
                        Collectors.mapping(PaxosCommitTableTests::to, Collectors.joining(" "))))
                .entrySet()
                .stream()
                .map(entry -> entry.getValue().isEmpty()
                        ? entry.getKey()
                        : "%s to %s".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String what(Effect effect) {
        return switch (effect) {
            case Effect.Ask(var _, var request) -> Samples.show(request);
            case Effect.Prepare(var _, var ballot, var _) -> "Prepare in " + Samples.show(ballot);
            case Effect.Tell(var _, var _, var decision) -> "Tell " + decision;
            case Effect.Answer(var outcome) -> "Answer " + Samples.show(outcome);
            case Effect.GiveUp _ -> "GiveUp";
        };
    }

    private static String to(Effect effect) {
        return switch (effect) {
            case Effect.Ask(var acceptor, var _) -> acceptor;
            case Effect.Prepare(var to, var _, var _) -> to.name();
            case Effect.Tell(var to, var _, var _) -> to.name();
            case Effect.Answer _, Effect.GiveUp _ -> "";
        };
    }
}
