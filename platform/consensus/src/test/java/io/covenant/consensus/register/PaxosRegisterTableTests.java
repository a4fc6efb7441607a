package io.covenant.consensus.register;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/paxos-register.md` shows it.
class PaxosRegisterTableTests {

    private static final Value V = Value.of("v");
    private static final Value W = Value.of("w");
    private static final Ballot ONE = new Ballot(1, "p", 0);
    private static final Ballot TWO = new Ballot(2, "q", 0);
    private static final Set<String> ABC = Set.of("a", "b", "c");
    private static final Proposer PROPOSER = new Proposer("p", 0, ABC);

    private static final List<Acceptor.State> ACCEPTOR_STATES = List.of(
            new Acceptor.State.Blank(),
            new Acceptor.State.Promised(ONE),
            new Acceptor.State.Voted(Ballot.FIRST, new Vote(Ballot.FIRST, V)),
            new Acceptor.State.Voted(TWO, new Vote(ONE, V)),
            new Acceptor.State.Closed(V));

    private static final List<Request> REQUESTS = List.of(
            new Request.Prepare(ONE),
            new Request.Prepare(TWO),
            new Request.Accept(Ballot.FIRST, V),
            new Request.Accept(Ballot.FIRST, W),
            new Request.Accept(ONE, V),
            new Request.Accept(TWO, W),
            new Request.Close(V));

    private static final List<Proposer.State> PROPOSER_STATES = List.of(
            new Proposer.State.Preparing(ONE, V, new TreeMap<>()),
            new Proposer.State.Preparing(ONE, V, new TreeMap<>(Map.of("a", Optional.empty()))),
            new Proposer.State.Proposing(new Vote(Ballot.FIRST, V), V, new TreeSet<>(Set.of("a"))),
            new Proposer.State.Proposing(new Vote(ONE, W), V, new TreeSet<>()),
            new Proposer.State.Outbid(TWO, V),
            new Proposer.State.Learned(V),
            new Proposer.State.Gone(7));

    private static final List<Proposer.Input> INPUTS = List.of(
            heard("b", new Reply.Promised(ONE, Optional.empty())),
            heard("b", new Reply.Promised(ONE, Optional.of(new Vote(Ballot.FIRST, W)))),
            heard("b", new Reply.Promised(TWO, Optional.empty())),
            heard("x", new Reply.Promised(ONE, Optional.empty())),
            heard("b", new Reply.Accepted(new Vote(Ballot.FIRST, V))),
            heard("b", new Reply.Accepted(new Vote(ONE, W))),
            heard("b", new Reply.Outbid(ONE, TWO)),
            heard("b", new Reply.Outbid(Ballot.FIRST, new Ballot(3, "q", 0))),
            heard("b", new Reply.Chosen(W)),
            heard("b", new Reply.Forgotten(7)),
            new Proposer.Input.Retry());

    private static final Learner LEARNER = new Learner(ABC);
    private static final List<Learner.State> LEARNER_STATES = List.of(
            LEARNER.begin(),
            new Learner.State.Listening(new TreeMap<>(Map.of("a", new Vote(ONE, V)))),
            new Learner.State.Learned(V));

    @Test
    void showsTheAcceptor() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (var state : ACCEPTOR_STATES) {
            for (var request : REQUESTS) {
                var step = new Acceptor().on(state, request);
                rows.add(List.of(
                        show(state),
                        show(request),
                        step.next().equals(state) ? "" : show(step.next()),
                        step.effects().stream()
                                .map(PaxosRegisterTableTests::show)
                                .filter(text -> !text.isEmpty())
                                .collect(Collectors.joining(", "))));
            }
        }

        ProtocolPage.named("paxos-register.md")
                .requireTable("acceptor", List.of("in", "is asked", "goes to, and keeps", "and answers"), rows);
    }

    @Test
    void showsTheProposer() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (var state : PROPOSER_STATES) {
            for (var input : INPUTS) {
                var step = PROPOSER.on(state, input);
                if (!step.next().equals(state) || !step.effects().isEmpty()) {
                    rows.add(List.of(
                            show(state),
                            show(input),
                            show(step.next()),
                            step.effects().stream()
                                    .map(PaxosRegisterTableTests::show)
                                    .collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("paxos-register.md")
                .requireTable("proposer", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void showsTheLearner() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (var state : LEARNER_STATES) {
            for (var reply : List.of(
                    new Reply.Accepted(new Vote(ONE, V)), new Reply.Accepted(new Vote(TWO, V)), new Reply.Chosen(W))) {
                var next = LEARNER.on(state, "b", reply);
                if (!next.equals(state)) {
                    rows.add(List.of(show(state), "b: " + show(reply), show(next)));
                }
            }
        }

        ProtocolPage.named("paxos-register.md").requireTable("learner", List.of("in", "hears", "goes to"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(ACCEPTOR_STATES)).containsExactlyInAnyOrder(Acceptor.State.class.getPermittedSubclasses());
        assertThat(kinds(REQUESTS)).containsExactlyInAnyOrder(Request.class.getPermittedSubclasses());
        assertThat(kinds(PROPOSER_STATES)).containsExactlyInAnyOrder(Proposer.State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Proposer.Input.class.getPermittedSubclasses());
        assertThat(kinds(LEARNER_STATES)).containsExactlyInAnyOrder(Learner.State.class.getPermittedSubclasses());
    }

    @Test
    void keepsBeforeItAnswers() {
        for (var state : ACCEPTOR_STATES) {
            for (var request : REQUESTS) {
                var step = new Acceptor().on(state, request);

                assertThat(step.effects().getLast()).isInstanceOf(Acceptor.Effect.Answer.class);
                if (!step.next().equals(state)) {
                    assertThat(step.effects().getFirst())
                            .isEqualTo(new Acceptor.Effect.Keep(step.next(), !(request instanceof Request.Close)));
                }
            }
        }
    }

    @Test
    void stopsTidyingAtTheFirstOpenRegister() {
        var registers = new Registers();
        registers.on(new RegisterKey(1, "one"), new Request.Close(V));
        registers.on(new RegisterKey(2, "two"), new Request.Prepare(ONE));
        registers.on(new RegisterKey(3, "three"), new Request.Close(V));

        assertThat(registers.forgetBefore(10)).contains(new Registers.Kept.Horizon(2));
        assertThat(registers
                        .on(new RegisterKey(1, "one"), new Request.Prepare(ONE))
                        .answer())
                .isEqualTo(new Reply.Forgotten(2));
        assertThat(registers.open(10)).containsExactly(new RegisterKey(2, "two"));
        registers.on(new RegisterKey(2, "two"), new Request.Close(V));
        assertThat(registers.forgetBefore(10)).contains(new Registers.Kept.Horizon(10));
        assertThat(registers.size()).isZero();
    }

    @Test
    void codesWhatItKeeps() throws IOException {
        for (var state : ACCEPTOR_STATES) {
            var kept = new Registers.Kept.Register(new RegisterKey(1, "r"), state);
            assertThat(KeptCodec.decode(KeptCodec.encode(kept))).isEqualTo(kept);
        }
        var horizon = new Registers.Kept.Horizon(7);
        assertThat(KeptCodec.decode(KeptCodec.encode(horizon))).isEqualTo(horizon);
    }

    private static Proposer.Input heard(String who, Reply reply) {
        return new Proposer.Input.Heard(who, reply);
    }

    private static String show(Acceptor.State state) {
        return switch (state) {
            case Acceptor.State.Blank _ -> "Blank";
            case Acceptor.State.Promised(var ballot) -> "Promised " + ballot;
            case Acceptor.State.Voted(var promised, var vote) when promised.equals(vote.ballot()) -> "Voted " + vote;
            case Acceptor.State.Voted(var promised, var vote) -> "Voted %s, promised %s".formatted(vote, promised);
            case Acceptor.State.Closed(var value) -> "Closed " + value;
        };
    }

    private static String show(Request request) {
        return switch (request) {
            case Request.Prepare(var ballot) -> "Prepare " + ballot;
            case Request.Accept(var ballot, var value) -> "Accept %s at %s".formatted(value, ballot);
            case Request.Close(var value) -> "Close " + value;
        };
    }

    private static String show(Acceptor.Effect effect) {
        return switch (effect) {
            case Acceptor.Effect.Keep(var _, var forced) -> forced ? "" : "(kept without force)";
            case Acceptor.Effect.Answer(var reply) -> show(reply);
        };
    }

    private static String show(Reply reply) {
        return switch (reply) {
            case Reply.Promised(var ballot, var accepted) ->
                "Promised " + ballot
                        + accepted.map(vote -> ", accepted " + vote).orElse("");
            case Reply.Accepted(var vote) -> "Accepted " + vote;
            case Reply.Outbid(var ballot, var promised) -> "%s is outbid by %s".formatted(ballot, promised);
            case Reply.Chosen(var value) -> "Chosen " + value;
            case Reply.Forgotten(var horizon) -> "Forgotten before " + horizon;
        };
    }

    private static String show(Proposer.State state) {
        return switch (state) {
            case Proposer.State.Preparing(var ballot, var _, var promises) ->
                "Preparing %s%s".formatted(ballot, promises.isEmpty() ? "" : ", promised by " + promises.keySet());
            case Proposer.State.Proposing(var vote, var _, var accepted) ->
                "Proposing %s%s".formatted(vote, accepted.isEmpty() ? "" : ", accepted by " + accepted);
            case Proposer.State.Outbid(var highest, var _) -> "Outbid by " + highest;
            case Proposer.State.Learned(var value) -> "Learned " + value;
            case Proposer.State.Gone(var horizon) -> "Gone before " + horizon;
        };
    }

    private static String show(Proposer.Input input) {
        return switch (input) {
            case Proposer.Input.Heard(var who, var reply) -> who + ": " + show(reply);
            case Proposer.Input.Retry _ -> "time to retry";
        };
    }

    private static String show(Proposer.Effect effect) {
        return switch (effect) {
            case Proposer.Effect.Send(var acceptor, var request) -> "%s to %s".formatted(show(request), acceptor);
            case Proposer.Effect.Tell(var value) -> "Tell " + value;
            case Proposer.Effect.TellForgotten() -> "Tell that it is forgotten";
        };
    }

    private static String show(Learner.State state) {
        return switch (state) {
            case Learner.State.Listening(var votes) -> "Listening" + (votes.isEmpty() ? "" : ", " + votes);
            case Learner.State.Learned(var value) -> "Learned " + value;
        };
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
