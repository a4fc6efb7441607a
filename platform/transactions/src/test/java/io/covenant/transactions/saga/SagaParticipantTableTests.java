package io.covenant.transactions.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.saga.SagaParticipant.Action;
import io.covenant.transactions.saga.SagaParticipant.Effect;
import io.covenant.transactions.saga.SagaParticipant.Evidence;
import io.covenant.transactions.saga.SagaParticipant.Input;
import io.covenant.transactions.saga.SagaParticipant.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/saga.md` shows it.
class SagaParticipantTableTests {

    private static final Refusal RULE = Refusal.of("rule", "A rule.");

    private static final List<State> STATES = Stream.concat(
                    Stream.of(new State.Idle(), new State.Replied()),
                    Arrays.stream(Action.values())
                            .flatMap(action -> Stream.<State>of(
                                    new State.Entering(action, Optional.empty()),
                                    new State.Working(action, Optional.empty()))))
            .toList();

    private static final List<Input> INPUTS = Stream.<Input>concat(
                    Stream.of(
                            new Input.ActAsked(),
                            new Input.UndoAsked(),
                            new Input.FenceAsked(),
                            new Input.Reported(Optional.empty()),
                            new Input.Committed(),
                            new Input.CommittedToReport(),
                            new Input.Refused(RULE),
                            new Input.Lost()),
                    Arrays.stream(Evidence.values()).map(Input.Found::new))
            .toList();

    private final SagaParticipant protocol = new SagaParticipant();

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
                            step.effects().stream()
                                    .map(SagaParticipantTableTests::show)
                                    .collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("saga.md")
                .requireTable("participant", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void tellsTheReportOfAFailureAsARefusal() {
        var entered = protocol.on(new State.Idle(), new Input.Reported(Optional.of(RULE)));
        var working = protocol.on(entered.next(), new Input.Found(Evidence.ACCEPTED));

        assertThat(protocol.on(working.next(), new Input.Committed()).effects())
                .containsExactly(new Effect.Reply(new SagaAnswer.Refused(RULE)));
    }

    private static String show(State state) {
        return switch (state) {
            case State.Idle _ -> "Idle";
            case State.Entering(var action, var _) -> "Entering to " + action;
            case State.Working(var action, var _) -> "Working to " + action;
            case State.Replied _ -> "Replied";
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.ActAsked _ -> "the action is asked";
            case Input.UndoAsked _ -> "the compensation is asked";
            case Input.FenceAsked _ -> "the fence is asked";
            case Input.Reported _ -> "the service reports";
            case Input.Found(var evidence) -> "the barrier shows " + evidence;
            case Input.Committed _ -> "it is committed";
            case Input.CommittedToReport _ -> "it is committed, and will be reported";
            case Input.Refused _ -> "it is refused";
            case Input.Lost _ -> "nobody tells";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Enter(var action) -> "Enter to " + action;
            case Effect.Work(var action, var _) -> "Work: " + action;
            case Effect.Fence _ -> "Fence";
            case Effect.Leave _ -> "Leave";
            case Effect.Reply(var answer) ->
                "Reply "
                        + switch (answer) {
                            case SagaAnswer.Succeeded _ -> "done";
                            case SagaAnswer.Accepted _ -> "accepted";
                            case SagaAnswer.Refused(var why) -> "refused: " + why.code();
                            case SagaAnswer.Failed _ -> "failed";
                            case SagaAnswer.Undone _ -> "undone";
                            case SagaAnswer.Fenced _ -> "fenced";
                        };
            case Effect.AskAgain _ -> "AskAgain";
        };
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
