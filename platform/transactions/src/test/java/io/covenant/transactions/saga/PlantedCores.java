package io.covenant.transactions.saga;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.SagaExecution.Ask;
import io.covenant.transactions.saga.SagaExecution.Asked;
import io.covenant.transactions.saga.SagaExecution.Effect;
import io.covenant.transactions.saga.SagaExecution.Input;
import io.covenant.transactions.saga.SagaExecution.Phase;
import io.covenant.transactions.saga.SagaExecution.State;
import io.covenant.transactions.saga.SagaParticipant.Action;
import io.covenant.transactions.saga.SagaParticipant.Evidence;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The production cores, or with a planted bug what somebody might have written in their place.
final class PlantedCores {

    private PlantedCores() {}

    static Protocol<State, Input, Effect> coordinator(Saga saga, Set<PlantedBug> bugs) {
        var core = new SagaExecution(saga);
        if (bugs.contains(PlantedBug.ACCEPTED_IS_DONE)) {
            return (state, input) ->
                    core.on(state, input instanceof Input.Accepted(var step) ? new Input.Succeeded(step) : input);
        }
        if (bugs.contains(PlantedBug.UNKNOWN_IS_REFUSED)) {
            return (state, input) -> input instanceof Input.Failed(var step, var ask, var _) && ask == Ask.ACT
                    ? untouching(core, state, input, step)
                    : core.on(state, input);
        }
        if (bugs.contains(PlantedBug.REFUSED_IS_NOT_COMPENSATED)) {
            return (state, input) -> input instanceof Input.Refused(var step, var ask, var _) && ask == Ask.ACT
                    ? untouching(core, state, input, step)
                    : core.on(state, input);
        }
        if (bugs.contains(PlantedBug.PIVOT_NOT_FENCED)) {
            return (state, input) -> {
                var step = core.on(state, input);
                return step.next() instanceof State.Fencing(var touched, var _) && !(state instanceof State.Fencing)
                        ? core.on(
                                step.next(),
                                new Input.Fenced(saga.pivot().orElseThrow().name()))
                        : step;
            };
        }
        if (bugs.contains(PlantedBug.PIVOT_BEFORE_DECISION) || bugs.contains(PlantedBug.COMPENSATED_BEFORE_DECISION)) {
            var early = bugs.contains(PlantedBug.PIVOT_BEFORE_DECISION) ? Decision.COMMIT : Decision.ABORT;
            return (state, input) -> {
                var step = core.on(state, input);
                if (step.next() instanceof State.Deciding(var proposed, var steps) && proposed == early) {
                    var named = early == Decision.ABORT ? steps : new TreeSet<String>();
                    var next = core.on(step.next(), new Input.Chosen(proposed, named));
                    var effects = new ArrayList<>(step.effects());
                    effects.addAll(next.effects());
                    return new Step<>(next.next(), effects);
                }
                return step;
            };
        }
        if (bugs.contains(PlantedBug.COMPENSATED_IN_ANY_ORDER)) {
            return (state, input) -> {
                var step = core.on(state, input);
                if (step.next() instanceof State.Compensating(var left, var asked)) {
                    var all = new TreeMap<>(asked);
                    var effects = new ArrayList<>(step.effects());
                    left.forEach(each -> {
                        if (all.putIfAbsent(each, new Asked(Phase.SENT, 1, Optional.empty())) == null) {
                            effects.add(new Effect.Undo(each));
                        }
                    });
                    return new Step<>(new State.Compensating(left, all), effects);
                }
                return step;
            };
        }
        if (bugs.contains(PlantedBug.FAILED_COMPENSATION_DROPPED)) {
            return (state, input) -> {
                var step = core.on(state, input);
                return state instanceof State.Compensating
                                && input instanceof Input.Failed(var name, var _, var _)
                                && step.effects().stream().anyMatch(Effect.Raise.class::isInstance)
                        ? core.on(state, new Input.Undone(name))
                        : step;
            };
        }
        if (bugs.contains(PlantedBug.RETRY_LIMIT_IGNORED)) {
            var policies = saga.steps().stream()
                    .map(step -> step.retried(step.retries().attempting(RetryPolicy.FOR_EVER)))
                    .toList();
            return new SagaExecution(new Saga(saga.name(), saga.recovery(), policies));
        }
        if (bugs.contains(PlantedBug.REFUSAL_PAST_THE_PIVOT_GOES_BACK)) {
            return (state, input) ->
                    input instanceof Input.Refused ? goingBack(core, saga, state, input) : core.on(state, input);
        }
        if (bugs.contains(PlantedBug.EXPIRY_PAST_THE_PIVOT_GOES_BACK)) {
            return (state, input) ->
                    input instanceof Input.Expired ? goingBack(core, saga, state, input) : core.on(state, input);
        }
        return core;
    }

    /// Compensates whatever it is, even behind the pivot.
    private static Step<State, Effect> goingBack(SagaExecution core, Saga saga, State state, Input input) {
        return state instanceof State.Running(var _, var _, var touched, var forward)
                        && forward
                        && saga.pivot().isPresent()
                ? core.on(new State.Deciding(Decision.ABORT, touched), new Input.Chosen(Decision.ABORT, touched))
                : core.on(state, input);
    }

    /// Forgets that the step may have been sent.
    private static Step<State, Effect> untouching(SagaExecution core, State state, Input input, String step) {
        var turned = core.on(state, input);
        if (turned.next() instanceof State.Deciding(var proposed, var steps) && proposed == Decision.ABORT) {
            var fewer = new TreeSet<>(steps);
            fewer.remove(step);
            return Step.to(new State.Deciding(proposed, fewer), new Effect.Propose(proposed, fewer));
        }
        return turned;
    }

    static Protocol<SagaParticipant.State, SagaParticipant.Input, SagaParticipant.Effect> participant(
            Set<PlantedBug> bugs) {
        var core = new SagaParticipant();
        if (bugs.contains(PlantedBug.FENCE_IGNORED)) {
            return finding(core, Action.ACT, Set.of(Evidence.FENCED, Evidence.UNDONE), Evidence.NONE);
        }
        if (bugs.contains(PlantedBug.LATE_REPORT_ACCEPTED)) {
            return finding(core, Action.REPORT, Set.of(Evidence.FENCED, Evidence.UNDONE), Evidence.ACCEPTED);
        }
        if (bugs.contains(PlantedBug.LOST_ACTION_IS_DONE)) {
            return (state, input) -> core.on(
                    state,
                    state instanceof SagaParticipant.State.Working(var action, var _)
                                    && action == Action.ACT
                                    && input instanceof SagaParticipant.Input.Lost
                            ? new SagaParticipant.Input.Committed()
                            : input);
        }
        return core;
    }

    private static Protocol<SagaParticipant.State, SagaParticipant.Input, SagaParticipant.Effect> finding(
            SagaParticipant core, Action action, Set<Evidence> what, Evidence instead) {
        return (state, input) -> core.on(
                state,
                state instanceof SagaParticipant.State.Entering(var entered, var _)
                                && entered == action
                                && input instanceof SagaParticipant.Input.Found(var evidence)
                                && what.contains(evidence)
                        ? new SagaParticipant.Input.Found(instead)
                        : input);
    }
}
