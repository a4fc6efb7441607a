package io.covenant.transactions.tcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.tcc.TccParticipant.Action;
import io.covenant.transactions.tcc.TccParticipant.Effect;
import io.covenant.transactions.tcc.TccParticipant.Evidence;
import io.covenant.transactions.tcc.TccParticipant.Input;
import io.covenant.transactions.tcc.TccParticipant.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every state with every input, as the code answers it and as `docs/protocols/tcc.md` shows it.
class TccParticipantTableTests {

    private static final List<State> STATES = List.of(
            new State.Idle(),
            new State.Entering(Action.TRY),
            new State.Entering(Action.CONFIRM),
            new State.Entering(Action.CANCEL),
            new State.Working(Action.TRY),
            new State.Working(Action.CONFIRM),
            new State.Working(Action.CANCEL),
            new State.Asking(),
            new State.Replied());

    private static final List<Input> INPUTS = Stream.<Input>concat(
                    Stream.of(
                            new Input.TryAsked(),
                            new Input.Told(Decision.COMMIT),
                            new Input.Told(Decision.ABORT),
                            new Input.HeldLongEnough(),
                            new Input.Committed(),
                            new Input.NothingToDo(),
                            new Input.Refused(Refusal.of("rule", "A rule.")),
                            new Input.ReservationGone(),
                            new Input.Lost()),
                    Arrays.stream(Evidence.values()).map(Input.Found::new))
            .toList();

    private final TccParticipant protocol = new TccParticipant();

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
                                    .map(TccParticipantTableTests::show)
                                    .collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("tcc.md")
                .requireTable("participant", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @EnumSource(
            value = Evidence.class,
            names = {"NONE", "CANCELLED", "FENCED", "FORGOTTEN"})
    void neverTakesAMissingReservationForSuccess(Evidence evidence) {
        assertThat(protocol.on(new State.Entering(Action.CONFIRM), new Input.Found(evidence))
                        .effects())
                .last()
                .isInstanceOfSatisfying(
                        Effect.Settle.class,
                        settle -> assertThat(settle.settlement()).isInstanceOf(Settlement.Hazard.class));
    }

    @Test
    void givesNothingBackByItsOwnClock() {
        var asking = protocol.on(new State.Idle(), new Input.HeldLongEnough());

        assertThat(asking.effects()).containsExactly(new Effect.Inquire());
        assertThat(protocol.on(asking.next(), new Input.Lost()).effects()).containsExactly(new Effect.AskAgain());
    }

    private static String show(State state) {
        return switch (state) {
            case State.Idle _ -> "Idle";
            case State.Entering(var action) -> "Entering to " + action;
            case State.Working(var action) -> "Working to " + action;
            case State.Asking _ -> "Asking";
            case State.Replied _ -> "Replied";
        };
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.TryAsked _ -> "try is asked";
            case Input.Told(var decision) -> "is told " + decision;
            case Input.HeldLongEnough _ -> "the reservation's time is over";
            case Input.Found(var evidence) -> "the barrier shows " + evidence;
            case Input.Committed _ -> "it is committed";
            case Input.NothingToDo _ -> "there is nothing to reserve";
            case Input.Refused _ -> "it is refused";
            case Input.ReservationGone _ -> "the reservation is gone";
            case Input.Lost _ -> "nobody tells";
        };
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Enter(var action) -> "Enter to " + action;
            case Effect.Work(var action) -> "Work: " + action;
            case Effect.Fence _ -> "Fence";
            case Effect.Leave _ -> "Leave";
            case Effect.Inquire _ -> "Inquire";
            case Effect.Reserve _ -> "Reply reserved";
            case Effect.Nothing _ -> "Reply nothing";
            case Effect.Refuse(var refusal) -> "Reply refused: " + refusal.code();
            case Effect.Settle(Settlement.Done _) -> "Reply done";
            case Effect.Settle(Settlement.Hazard(var finding)) -> "Reply HAZARD " + finding;
            case Effect.AskAgain _ -> "AskAgain";
        };
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
