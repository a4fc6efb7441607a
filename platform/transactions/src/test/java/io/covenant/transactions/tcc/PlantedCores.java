package io.covenant.transactions.tcc;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.tcc.TccParticipant.Action;
import io.covenant.transactions.tcc.TccParticipant.Evidence;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeSet;

/// The production cores, or with a planted bug what somebody might have written in their place.
final class PlantedCores {

    private PlantedCores() {}

    static Protocol<TryConfirmCancel.State, TryConfirmCancel.Input, TryConfirmCancel.Effect> coordinator(
            Set<PlantedBug> bugs) {
        var core = new TryConfirmCancel();
        if (bugs.contains(PlantedBug.REFUSAL_IGNORED)) {
            return (state, input) -> core.on(
                    state,
                    input instanceof TryConfirmCancel.Input.Tried(var who, TryAnswer.Refused _)
                            ? new TryConfirmCancel.Input.Tried(who, new TryAnswer.Nothing())
                            : input);
        }
        if (bugs.contains(PlantedBug.ANSWER_BEFORE_DECISION)) {
            return (state, input) -> {
                var step = core.on(state, input);
                var effects = new ArrayList<>(step.effects());
                if (effects.stream()
                        .anyMatch(effect -> effect instanceof TryConfirmCancel.Effect.Propose(var decision, var _)
                                && decision == Decision.COMMIT)) {
                    effects.add(new TryConfirmCancel.Effect.Answer(Decision.COMMIT));
                }
                return new Step<>(step.next(), effects);
            };
        }
        if (bugs.contains(PlantedBug.EXPIRY_OVERTAKES_COMMIT)) {
            return (state, input) -> core.on(
                    state instanceof TryConfirmCancel.State.Deciding(var _, var branches)
                                    && input instanceof TryConfirmCancel.Input.Expired
                            ? new TryConfirmCancel.State.Trying(branches, new TreeSet<>())
                            : state,
                    input);
        }
        if (bugs.contains(PlantedBug.EXPIRY_CANCELS_CONFIRMATION)) {
            return (state, input) -> core.on(
                    state instanceof TryConfirmCancel.State.Confirming(var unsettled, var _)
                                    && input instanceof TryConfirmCancel.Input.Expired
                            ? new TryConfirmCancel.State.Trying(new TreeSet<>(unsettled.keySet()), new TreeSet<>())
                            : state,
                    input);
        }
        return core;
    }

    static Protocol<TccParticipant.State, TccParticipant.Input, TccParticipant.Effect> participant(
            Set<PlantedBug> bugs) {
        var core = new TccParticipant();
        if (bugs.contains(PlantedBug.FENCE_IGNORED)) {
            return finding(core, Action.TRY, Set.of(Evidence.FENCED, Evidence.CANCELLED), Evidence.NONE);
        }
        if (bugs.contains(PlantedBug.CONFIRM_WITHOUT_BARRIER)) {
            return finding(core, Action.CONFIRM, Set.of(Evidence.CONFIRMED), Evidence.TRIED);
        }
        if (bugs.contains(PlantedBug.NEVER_TRIED_IS_SUCCESS)) {
            return finding(core, Action.CONFIRM, Set.of(Evidence.NONE, Evidence.FORGOTTEN), Evidence.CONFIRMED);
        }
        if (bugs.contains(PlantedBug.GONE_IS_SUCCESS)) {
            return (state, input) -> core.on(
                    state,
                    input instanceof TccParticipant.Input.ReservationGone
                            ? new TccParticipant.Input.Committed()
                            : input);
        }
        if (bugs.contains(PlantedBug.LOST_TRY_IS_RESERVED)) {
            return (state, input) -> core.on(
                    state,
                    state.equals(new TccParticipant.State.Working(Action.TRY))
                                    && input instanceof TccParticipant.Input.Lost
                            ? new TccParticipant.Input.Committed()
                            : input);
        }
        if (bugs.contains(PlantedBug.RESERVATION_EXPIRES_BY_CLOCK)) {
            return (state, input) -> core.on(
                    state,
                    input instanceof TccParticipant.Input.HeldLongEnough
                            ? new TccParticipant.Input.Told(Decision.ABORT)
                            : input);
        }
        if (bugs.contains(PlantedBug.UNDECIDED_IS_CANCEL)) {
            return (state, input) -> core.on(
                    state,
                    state instanceof TccParticipant.State.Asking && input instanceof TccParticipant.Input.Lost
                            ? new TccParticipant.Input.Told(Decision.ABORT)
                            : input);
        }
        return core;
    }

    private static Protocol<TccParticipant.State, TccParticipant.Input, TccParticipant.Effect> finding(
            TccParticipant core, Action action, Set<Evidence> what, Evidence instead) {
        return (state, input) -> core.on(
                state,
                state.equals(new TccParticipant.State.Entering(action))
                                && input instanceof TccParticipant.Input.Found(var evidence)
                                && what.contains(evidence)
                        ? new TccParticipant.Input.Found(instead)
                        : input);
    }
}
