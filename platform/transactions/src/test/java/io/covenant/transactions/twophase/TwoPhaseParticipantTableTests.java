package io.covenant.transactions.twophase;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Ack;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/two-phase-commit.md` shows
/// it.
class TwoPhaseParticipantTableTests {

    private static final List<State> STATES = List.of(
            new State.Idle(),
            new State.Working(),
            new State.Preparing(),
            new State.Finishing(Decision.COMMIT),
            new State.Finishing(Decision.ABORT),
            new State.Checking(),
            new State.Fencing(),
            new State.Replied());

    private static final List<Input> INPUTS = Stream.<Input>concat(
                    Stream.of(
                            new Input.PrepareAsked(),
                            new Input.Told(Decision.COMMIT),
                            new Input.Told(Decision.ABORT),
                            new Input.Worked(),
                            new Input.WorkedReadOnly(),
                            new Input.Refused(Refusal.of("rule", "A rule.")),
                            new Input.PrepareDone(),
                            new Input.PreparedFinished(),
                            new Input.NothingPrepared(),
                            new Input.Fenced(),
                            new Input.Lost()),
                    Arrays.stream(Evidence.values()).map(Input.Found::new))
            .toList();

    private final TwoPhaseParticipant protocol = new TwoPhaseParticipant();

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

        ProtocolPage.named("two-phase-commit.md")
                .requireTable("participant", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void takesNothingPreparedForCommittedOnlyWithTheEvidence() {
        var checking = protocol.on(new State.Finishing(Decision.COMMIT), new Input.NothingPrepared())
                .next();

        assertThat(protocol.on(checking, new Input.Found(Evidence.WORK)).effects())
                .containsExactly(new Effect.Confirm(Ack.DONE));
        assertThat(protocol.on(checking, new Input.Found(Evidence.NONE)).effects())
                .containsExactly(new Effect.Confirm(Ack.HAZARD));
        assertThat(protocol.on(checking, new Input.Found(Evidence.FENCE)).effects())
                .containsExactly(new Effect.Confirm(Ack.HAZARD));
    }

    @Test
    void refusesAPrepareThatComesAfterTheAbort() {
        var step = protocol.on(new State.Working(), new Input.Found(Evidence.FENCE));

        assertThat(step.effects())
                .singleElement()
                .satisfies(effect -> assertThat(effect)
                        .isInstanceOfSatisfying(
                                Effect.Cast.class,
                                cast -> assertThat(cast.vote()).isInstanceOf(Vote.No.class)));
    }

    @Test
    void saysNeitherYesNorNoWhenItDoesNotKnow() {
        assertThat(protocol.on(new State.Preparing(), new Input.Lost()).effects())
                .containsExactly(new Effect.AskAgain());
    }

    private static String show(State state) {
        return switch (state) {
            case State.Finishing(var decision) -> "Finishing " + decision;
            case State.Idle _, State.Working _, State.Preparing _, State.Checking _, State.Fencing _, State.Replied _ ->
                state.getClass().getSimpleName();
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.PrepareAsked _ -> "prepare is asked";
            case Input.Told(var decision) -> "is told " + decision;
            case Input.Worked _ -> "the work is done";
            case Input.WorkedReadOnly _ -> "the work only read";
            case Input.Refused _ -> "it is refused";
            case Input.Found(var evidence) -> "the barrier shows " + evidence;
            case Input.PrepareDone _ -> "it is prepared";
            case Input.PreparedFinished _ -> "the prepared transaction is finished";
            case Input.NothingPrepared _ -> "nothing is prepared";
            case Input.Fenced _ -> "the fence stands";
            case Input.Lost _ -> "the database does not tell";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Work _ -> "Work";
            case Effect.Prepare _ -> "Prepare";
            case Effect.Finish(var decision) -> "Finish " + decision;
            case Effect.Look _ -> "Look";
            case Effect.Fence _ -> "Fence";
            case Effect.Cast(var vote) ->
                switch (vote) {
                    case Vote.Yes _ -> "Cast yes";
                    case Vote.ReadOnly _ -> "Cast read-only";
                    case Vote.No _ -> "Cast no";
                };
            case Effect.Confirm(var ack) -> "Confirm " + ack;
            case Effect.AskAgain _ -> "AskAgain";
        };
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
