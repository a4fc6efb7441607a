package io.covenant.transactions.paxoscommit;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.Effect;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Every state of an acceptor with every request, as the code answers it and as `docs/protocols/paxos-commit.md`
/// shows it.
class PaxosAcceptorTableTests {

    private static final PaxosAcceptor PROTOCOL = new PaxosAcceptor();
    private static final Ballot BEGUN = Samples.ballot(0, "p");
    private static final Ballot MIDDLE = Samples.ballot(1, "q");
    private static final Ballot HIGHEST = Samples.ballot(2, "r");

    private static final List<State> STATES = List.of(
            new State.Blank(),
            new State.Open(MIDDLE, Optional.empty()),
            new State.Open(BEGUN, Optional.of(Samples.votes(BEGUN, Samples.B))),
            new State.Open(BEGUN, Optional.of(Samples.votes(BEGUN, Samples.A, Samples.B))),
            new State.Open(MIDDLE, Optional.of(Samples.votes(BEGUN, Samples.B))),
            new State.Open(MIDDLE, Optional.of(new Accepted.Verdict(MIDDLE, Samples.ABORT))),
            new State.Closed(Samples.ABORT, false),
            new State.Closed(Samples.COMMIT, true),
            new State.Dropped());

    private static final List<Request> REQUESTS = List.of(
            new Request.Claim(BEGUN),
            new Request.Claim(MIDDLE),
            new Request.Claim(HIGHEST),
            new Request.Cast(BEGUN, Samples.PLAN, Samples.A),
            new Request.Accept(MIDDLE, Samples.ABORT),
            new Request.Accept(HIGHEST, Samples.COMMIT),
            new Request.Close(Samples.COMMIT, false),
            new Request.Close(Samples.COMMIT, true),
            new Request.Drop());

    @Test
    void standsInTheDocumentation() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (State state : STATES) {
            for (Request request : REQUESTS) {
                var step = PROTOCOL.on(state, request);
                if (!(step.next().equals(state) && step.effects().isEmpty())) {
                    rows.add(List.of(
                            show(state),
                            Samples.show(request),
                            step.next().equals(state) ? "" : show(step.next()),
                            step.effects().stream()
                                    .map(PaxosAcceptorTableTests::show)
                                    .collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("paxos-commit.md")
                .requireTable("acceptor", List.of("in", "is asked", "goes to", "and"), rows);
    }

    @Test
    void samplesEveryStateAndEveryRequest() {
        assertThat(Samples.kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(Samples.kinds(REQUESTS)).containsExactlyInAnyOrder(Request.class.getPermittedSubclasses());
    }

    @Test
    void takesNoVoteOfABranchThatIsNotOnTheList() {
        var stranger = new Plan(new TreeMap<>(Map.of(Samples.B, "inventory")));

        assertThat(PROTOCOL.on(new State.Blank(), new Request.Cast(BEGUN, stranger, Samples.A))
                        .next())
                .isEqualTo(new State.Blank());
    }

    @Test
    void keepsTheListThatItTookFirst() {
        var shorter = new Plan(new TreeMap<>(Map.of(Samples.A, "orders")));
        State voting = new State.Open(BEGUN, Optional.of(Samples.votes(BEGUN, Samples.B)));

        assertThat(PROTOCOL.on(voting, new Request.Cast(BEGUN, shorter, Samples.A))
                        .next())
                .isEqualTo(voting);
    }

    /// Two leaders that use one ballot would be a mistake of the shell; it does no harm here.
    @Test
    void promisesNothingInABallotInWhichSomethingWasTaken() {
        State voting = new State.Open(BEGUN, Optional.of(Samples.votes(BEGUN, Samples.B)));

        assertThat(PROTOCOL.on(voting, new Request.Claim(BEGUN)).effects())
                .containsExactly(new Effect.Answer(new Reply.Outbid(BEGUN, BEGUN)));
        assertThat(PROTOCOL.on(voting, new Request.Accept(BEGUN, Samples.ABORT)).effects())
                .containsExactly(new Effect.Answer(new Reply.Outbid(BEGUN, BEGUN)));
    }

    private static String show(State state) {
        return switch (state) {
            case State.Blank _ -> "Blank";
            case State.Open(var promised, var accepted) ->
                "Promised %s%s"
                        .formatted(
                                Samples.show(promised),
                                accepted.map(taken -> ", took " + Samples.show(taken))
                                        .orElse(""));
            case State.Dropped _ -> "Dropped";
            case State.Closed(var outcome, var ended) ->
                "Closed %s%s".formatted(Samples.show(outcome), ended ? ", ended" : "");
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Keep(var _, var forced) -> forced ? "force" : "keep";
            case Effect.Answer(var reply) -> "answer: " + Samples.show(reply);
            case Effect.Report(var took) -> "tell the leader: " + Samples.show(took);
        };
    }
}
