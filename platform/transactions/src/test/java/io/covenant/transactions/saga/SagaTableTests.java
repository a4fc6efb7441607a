package io.covenant.transactions.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.covenant.simulation.ProtocolPage;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Asked;
import io.covenant.transactions.saga.SagaExecution.Effect;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaExecution.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every state with every input, as the code answers it and as `docs/protocols/saga.md` shows it.
class SagaTableTests {

    private static final RetryPolicy TWICE =
            new RetryPolicy(2, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final Refusal WHY = Refusal.of("rule", "A rule.");

    /// `a` and `b` in parallel, then the pivot `p`, then `z`.
    private static final Saga SAGA = Saga.of(
            "sample",
            SagaStep.of("a", "orders", "do").undoneBy("undo").retried(TWICE),
            SagaStep.of("b", "orders", "do").undoneBy("undo").retried(TWICE),
            SagaStep.of("p", "orders", "do").after("a", "b").asPivot().retried(TWICE),
            SagaStep.of("z", "orders", "do").after("p").retried(TWICE));

    private static final State LAST_STEP =
            new State.Running(set("a", "b", "p"), asked("z", Phase.SENT, 2), set("a", "b", "p", "z"), true);
    private static final State LAST_COMPENSATION = new State.Compensating(set("a"), asked("a", Phase.SENT, 2));

    private static final List<State> STATES = List.of(
            new State.Running(
                    set(), new TreeMap<>(Map.of("a", Asked.first(), "b", Asked.first())), set("a", "b"), false),
            new State.Running(set("b"), asked("a", Phase.SENT, 2), set("a", "b"), false),
            new State.Running(set("b"), asked("a", Phase.WAITING, 1), set("a", "b"), false),
            new State.Running(set("b"), asked("a", Phase.ACCEPTED, 1), set("a", "b"), false),
            new State.Running(set("a", "b"), asked("p", Phase.SENT, 2), set("a", "b", "p"), false),
            LAST_STEP,
            new State.Fencing(set("a", "b", "p"), Asked.first()),
            new State.Fencing(set("a", "b", "p"), new Asked(Phase.WAITING, 1, Optional.of(WHY))),
            new State.Deciding(Decision.COMMIT, set("a", "b", "p")),
            new State.Deciding(Decision.ABORT, set("a", "b")),
            new State.Compensating(set("a", "b"), new TreeMap<>(Map.of("a", Asked.first(), "b", Asked.first()))),
            LAST_COMPENSATION,
            new State.Compensating(set("a"), asked("a", Phase.WAITING, 1)),
            new State.Stuck(new State.Compensating(set("a"), asked("a", Phase.STUCK, 2))),
            new State.Stuck(
                    new State.Running(set("a", "b", "p"), asked("z", Phase.STUCK, 2), set("a", "b", "p", "z"), true)),
            new State.Done(),
            new State.Undone());

    private static final List<Input> INPUTS = Stream.concat(
                    Stream.of("a", "p", "z")
                            .flatMap(step -> Stream.<Input>of(
                                    new Input.Succeeded(step),
                                    new Input.Accepted(step),
                                    new Input.Refused(step, Ask.ACT, WHY),
                                    new Input.Refused(step, Ask.UNDO, WHY),
                                    new Input.Refused(step, Ask.FENCE, WHY),
                                    new Input.Failed(step, Ask.ACT, WHY),
                                    new Input.Failed(step, Ask.UNDO, WHY),
                                    new Input.Failed(step, Ask.FENCE, WHY),
                                    new Input.Undone(step),
                                    new Input.Fenced(step),
                                    new Input.RetryDue(step),
                                    new Input.Overdue(step))),
                    Stream.<Input>of(
                            new Input.Expired(),
                            new Input.Chosen(Decision.COMMIT, Set.of()),
                            new Input.Chosen(Decision.ABORT, Set.of("a", "b")),
                            new Input.Chosen(Decision.ABORT, Set.of()),
                            new Input.Retry(),
                            new Input.Resume()))
            .filter(input -> !(input instanceof Input.Fenced(var step)) || step.equals("p"))
            .toList();

    private final SagaExecution protocol = new SagaExecution(SAGA);

    @Test
    void standsInTheDocumentation() throws IOException {
        var rows = new ArrayList<List<String>>();
        for (State state : STATES) {
            for (Input input : INPUTS) {
                var step = protocol.on(state, input);
                if (!step.equals(Step.stay(state))) {
                    rows.add(List.of(
                            show(state),
                            show(input),
                            show(step.next()),
                            step.effects().stream().map(SagaTableTests::show).collect(Collectors.joining(", "))));
                }
            }
        }

        ProtocolPage.named("saga.md")
                .requireTable("coordinator", List.of("in", "hears", "goes to", "and asks for"), rows);
    }

    @Test
    void samplesEveryStateAndEveryInput() {
        assertThat(kinds(STATES)).containsExactlyInAnyOrder(State.class.getPermittedSubclasses());
        assertThat(kinds(INPUTS)).containsExactlyInAnyOrder(Input.class.getPermittedSubclasses());
    }

    @Test
    void beginsWithAllThatWaitsForNothing() {
        assertThat(protocol.begin().effects().stream()
                        .filter(Effect.Act.class::isInstance)
                        .toList())
                .containsExactly(new Effect.Act("a"), new Effect.Act("b"));
    }

    @Test
    void assumesWhenItTakesOverThatAllUpToThePivotMayHaveBeenSent() {
        var step = protocol.takeOver(Set.of("a"), Optional.empty());

        assertThat(step.next())
                .isInstanceOfSatisfying(
                        State.Running.class,
                        running -> assertThat(running.touched()).containsExactly("a", "b", "p"));
        assertThat(protocol.on(step.next(), new Input.Expired()).next()).isInstanceOf(State.Fencing.class);
    }

    @Test
    void goesOnAsDecidedWhenItTakesOver() {
        assertThat(protocol.takeOver(Set.of(), Optional.of(new Input.Chosen(Decision.COMMIT, Set.of())))
                        .effects())
                .contains(new Effect.Act("z"));
        assertThat(protocol.takeOver(Set.of(), Optional.of(new Input.Chosen(Decision.ABORT, Set.of("a"))))
                        .effects())
                .contains(new Effect.Undo("a"));
    }

    @Test
    void takesWhatCameBeforeANotedStepForDone() {
        assertThat(protocol.takeOver(Set.of("p"), Optional.empty()).effects())
                .containsExactly(new Effect.Propose(Decision.COMMIT, set()));
    }

    @Test
    void neverGoesBackPastThePivot() {
        assertThat(INPUTS)
                .filteredOn(input -> !(input instanceof Input.Chosen))
                .allSatisfy(input -> assertThat(protocol.on(LAST_STEP, input).next())
                        .isNotInstanceOf(State.Compensating.class)
                        .isNotInstanceOf(State.Fencing.class)
                        .isNotInstanceOf(State.Deciding.class));
    }

    @Test
    void dropsNoCompensationThatFails() {
        var stuck = protocol.on(LAST_COMPENSATION, new Input.Failed("a", Ask.UNDO, WHY));

        assertThat(stuck.next()).isInstanceOf(State.Stuck.class);
        assertThat(stuck.effects()).containsExactly(new Effect.Raise("a", WHY));
        var resumed = protocol.on(stuck.next(), new Input.Resume());
        assertThat(resumed.effects()).containsExactly(new Effect.Undo("a"));
        assertThat(protocol.on(resumed.next(), new Input.Undone("a")).next()).isEqualTo(new State.Undone());
    }

    private static String show(State state) {
        return switch (state) {
            case State.Running(var done, var asked, var _, var forward) ->
                "Running%s, done %s, asked %s".formatted(forward ? " forward" : "", names(done), show(asked));
            case State.Fencing(var _, var pivot) -> "Fencing the pivot, " + show(pivot);
            case State.Deciding(var decision, var steps) ->
                "Deciding %s, %s %s"
                        .formatted(decision, decision == Decision.COMMIT ? "done" : "to undo", names(steps));
            case State.Compensating(var left, var asked) ->
                "Compensating, left %s, asked %s".formatted(names(left), show(asked));
            case State.Done _ -> "Done";
            case State.Undone _ -> "Undone";
            case State.Stuck(var at) -> "Stuck: " + show(at);
        };
    }

    private static String show(Map<String, Asked> asked) {
        return asked.entrySet().stream()
                .map(each -> "%s %s".formatted(each.getKey(), show(each.getValue())))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String show(Asked asked) {
        return "%s %d of 2".formatted(asked.phase().name().toLowerCase(Locale.ROOT), asked.tries());
    }

    private static String show(Input input) {
        return switch (input) {
            case Input.Succeeded(var step) -> step + " is done";
            case Input.Accepted(var step) -> step + " will report";
            case Input.Refused(var step, var ask, var _) -> "%s refuses to %s".formatted(step, show(ask));
            case Input.Failed(var step, var ask, var _) -> "%s failed to %s".formatted(step, show(ask));
            case Input.Undone(var step) -> step + " is undone";
            case Input.Fenced(var step) -> step + " is fenced";
            case Input.RetryDue(var step) -> "the delay of " + step + " is over";
            case Input.Overdue(var step) -> step + " takes too long";
            case Input.Expired _ -> "the deadline passes";
            case Input.Chosen(var decision, var steps) when steps.isEmpty() -> "the register holds " + decision;
            case Input.Chosen(var decision, var steps) ->
                "the register holds %s of %s".formatted(decision, names(steps));
            case Input.Retry _ -> "the register is silent";
            case Input.Resume _ -> "a person resumes it";
        };
    }

    private static String show(Ask ask) {
        return ask.name().toLowerCase(Locale.ROOT);
    }

    private static String show(Effect effect) {
        return switch (effect) {
            case Effect.Act(var step) -> "Act " + step;
            case Effect.Undo(var step) -> "Undo " + step;
            case Effect.Fence(var step) -> "Fence " + step;
            case Effect.RetryAfter(var step, var delay) ->
                "RetryAfter %d to %d ms %s"
                        .formatted(delay.least().toMillis(), delay.most().toMillis(), step);
            case Effect.Watch(var step, var within) -> "Watch %s for %s".formatted(step, within);
            case Effect.Note(var step) -> "Note " + step;
            case Effect.Propose(var decision, var steps) when steps.isEmpty() -> "Propose " + decision;
            case Effect.Propose(var decision, var steps) -> "Propose %s of %s".formatted(decision, names(steps));
            case Effect.Answer(var decision) -> "Answer " + decision;
            case Effect.Raise(var step, var why) -> "Raise %s: %s".formatted(step, why.code());
            case Effect.End(var decision) -> "End " + decision;
        };
    }

    private static String names(Collection<String> steps) {
        return steps.isEmpty() ? "nothing" : String.join(" ", new TreeSet<>(steps));
    }

    private static java.util.SortedMap<String, Asked> asked(String step, Phase phase, int tries) {
        return new TreeMap<>(
                Map.of(step, new Asked(phase, tries, phase == Phase.STUCK ? Optional.of(WHY) : Optional.empty())));
    }

    private static SortedSet<String> set(String... steps) {
        return new TreeSet<>(List.of(steps));
    }

    private static Class<?>[] kinds(List<?> samples) {
        return samples.stream().map(Object::getClass).distinct().toArray(Class<?>[]::new);
    }
}
