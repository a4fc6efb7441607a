package io.covenant.transactions.threephase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Attempt;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Effect;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Request;
import io.covenant.transactions.threephase.ThreePhaseParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/three-phase-commit.md` shows
/// it.
class ThreePhaseParticipantTableTests {

    private static final BranchId BRANCH = new BranchId(new TransactionId(new UUID(0, 1)), new Attempt(1), "a");
    private static final Election SECOND = new Election(2, 5);
    private static final Election HIGHER = new Election(3, 9);
    private static final Outcome COMMIT = Outcome.commit(Set.of(BRANCH));
    private static final Standing PRE_COMMITTED =
            Standing.NEW.attempted(Election.FIRST, COMMIT).orElseThrow();

    private static final List<State> STATES = List.of(
            new State.Idle(),
            new State.Enrolling(),
            new State.Opening(new Request.Elect(SECOND)),
            new State.Opening(new Request.Attempt(Election.FIRST, COMMIT)),
            new State.Opening(new Request.TimedOut()),
            new State.Forcing(new Effect.Accepted(Election.FIRST)),
            new State.Noting(Decision.COMMIT),
            new State.Working(new TwoPhaseParticipant.State.Preparing()),
            new State.Replied());

    private static final List<Input> INPUTS = List.of(
            new Input.PrepareAsked(),
            new Input.Asked(new Request.Elect(SECOND)),
            new Input.Told(COMMIT, Decision.COMMIT),
            new Input.Told(COMMIT, Decision.ABORT),
            new Input.Enrolled(),
            new Input.Found(Standing.NEW),
            new Input.Found(PRE_COMMITTED),
            new Input.Found(new Standing(HIGHER, Election.NONE, Position.WAITING, new TreeSet<>())),
            new Input.Found(PRE_COMMITTED.learned(COMMIT)),
            new Input.Forced(),
            new Input.Noted(),
            new Input.Heard(new TwoPhaseParticipant.Input.PrepareDone()),
            new Input.Lost());

    private final ThreePhaseParticipant protocol = new ThreePhaseParticipant();

    @Test
    void standsInTheDocumentation() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (State state : STATES) {
            for (Input input : INPUTS) {
                var step = protocol.on(state, input);
                if (!step.effects().isEmpty()) {
                    rows.add(List.of(
                            show(state),
                            show(input),
                            show(step.next()),
                            show(step.effects().getFirst())));
                    assertThat(step.effects()).hasSize(1);
                }
            }
        }

        ProtocolPage.named("three-phase-commit.md")
                .requireTable("participant", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateInputAndRequest() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
        assertThat(kinds(STATES.stream()
                        .filter(State.Opening.class::isInstance)
                        .map(state -> ((State.Opening) state).request())
                        .toList()))
                .containsExactlyInAnyOrder(Request.class.getPermittedSubclasses());
    }

    @Test
    void asksACoordinatorWhenItTimesOutWhereverItStands() {
        for (var standing : List.of(Standing.NEW, PRE_COMMITTED)) {
            assertThat(protocol.on(new State.Opening(new Request.TimedOut()), new Input.Found(standing))
                            .effects())
                    .containsExactly(new Effect.Inquire());
        }
    }

    @Test
    void decidesAloneOnlyByTheUnsafeRule() {
        var textbook = new ThreePhaseParticipant(TimeOutRule.UNSAFE_TEXTBOOK);
        var timedOut = new State.Opening(new Request.TimedOut());

        assertThat(textbook.on(timedOut, new Input.Found(Standing.NEW)).effects())
                .containsExactly(new Effect.Note(Outcome.ABORT));
        assertThat(textbook.on(timedOut, new Input.Found(PRE_COMMITTED)).effects())
                .containsExactly(new Effect.Note(COMMIT));
    }

    @Test
    void writesTheElectorateBeforeTheWorkAndTheDecisionBeforeItsEffect() {
        assertThat(protocol.on(new State.Idle(), new Input.PrepareAsked()).effects())
                .containsExactly(new Effect.Enroll());
        assertThat(protocol.on(new State.Idle(), new Input.Told(COMMIT, Decision.COMMIT))
                        .effects())
                .containsExactly(new Effect.Note(COMMIT));
    }

    @Test
    void saysNothingWhenItDoesNotKnowWhetherItIsForced() {
        assertThat(protocol.on(new State.Forcing(new Effect.Accepted(SECOND)), new Input.Lost())
                        .effects())
                .containsExactly(new Effect.AskAgain());
    }

    private static String show(State state) {
        return switch (state) {
            case State.Opening(Request.Elect(var election)) -> "Opening, for election " + election;
            case State.Opening(Request.Attempt(var election, var outcome)) ->
                "Opening, for PRE-%s in %s".formatted(outcome.decision(), election);
            case State.Opening(Request.TimedOut _) -> "Opening, timed out";
            case State.Forcing(var reply) -> "Forcing, before %s".formatted(show(reply));
            case State.Noting(var mine) -> "Noting, then " + mine;
            case State.Working(var branch) ->
                "Working: " + branch.getClass().getSimpleName() + " as in two-phase commit";
            case State.Idle _, State.Enrolling _, State.Replied _ ->
                state.getClass().getSimpleName();
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.PrepareAsked _ -> "prepare is asked";
            case Input.Asked _ -> "election or move is asked, or it timed out";
            case Input.Told(var outcome, var mine) -> "is told %s, and to %s".formatted(outcome.decision(), mine);
            case Input.Enrolled _ -> "the electorate is written";
            case Input.Found(var standing) ->
                "the site is %s, heard of %s".formatted(standing.position(), standing.lastElected());
            case Input.Forced _ -> "the standing is durable";
            case Input.Noted _ -> "the decision is written";
            case Input.Heard _ -> "the branch is prepared";
            case Input.Lost _ -> "the database does not tell";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Enroll _ -> "Enroll";
            case Effect.Open _ -> "Open";
            case Effect.Force(var standing) ->
                "Force %s, heard of %s".formatted(standing.position(), standing.lastElected());
            case Effect.Note(var outcome) -> "Note " + outcome.decision();
            case Effect.Do(var effectOfBranch) -> effectOfBranch.getClass().getSimpleName() + " as in two-phase commit";
            case Effect.Elected(var election, var _) -> "reply: takes part in " + election;
            case Effect.Accepted(var election) -> "reply: has moved in " + election;
            case Effect.Refused(var election, var _) -> "reply: refuses " + election;
            case Effect.Cast(var vote) -> vote instanceof Vote.Yes ? "Cast yes" : "Cast another vote";
            case Effect.Confirm(var ack) -> ack == Ack.DONE ? "Confirm DONE" : "Confirm HAZARD";
            case Effect.Inquire _ -> "Inquire";
            case Effect.AskAgain _ -> "AskAgain";
        };
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
