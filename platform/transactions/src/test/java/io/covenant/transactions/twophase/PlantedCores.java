package io.covenant.transactions.twophase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import java.util.ArrayList;
import java.util.Set;
import java.util.TreeSet;

/// The production cores, or with a planted bug what somebody might have written in their place.
final class PlantedCores {

    private PlantedCores() {}

    static Protocol<TwoPhaseCommit.State, TwoPhaseCommit.Input, TwoPhaseCommit.Effect> coordinator(
            Set<PlantedBug> bugs) {
        var core = new TwoPhaseCommit();
        if (bugs.contains(PlantedBug.NO_VOTE_IGNORED)) {
            return (state, input) -> core.on(
                    state,
                    input instanceof TwoPhaseCommit.Input.Voted(var who, Vote.No _)
                            ? new TwoPhaseCommit.Input.Voted(who, new Vote.ReadOnly())
                            : input);
        }
        if (bugs.contains(PlantedBug.ANSWER_BEFORE_DECISION)) {
            return (state, input) -> {
                var step = core.on(state, input);
                var effects = new ArrayList<>(step.effects());
                if (effects.stream()
                        .anyMatch(effect -> effect instanceof TwoPhaseCommit.Effect.Propose(var decision, var _)
                                && decision == Decision.COMMIT)) {
                    effects.add(new TwoPhaseCommit.Effect.Answer(Decision.COMMIT));
                }
                return new Step<>(step.next(), effects);
            };
        }
        if (bugs.contains(PlantedBug.EXPIRY_OVERTAKES_COMMIT)) {
            return (state, input) -> core.on(
                    state instanceof TwoPhaseCommit.State.Deciding(var _, var branches)
                                    && input instanceof TwoPhaseCommit.Input.Expired
                            ? new TwoPhaseCommit.State.Voting(branches, new TreeSet<>())
                            : state,
                    input);
        }
        return core;
    }

    static Protocol<TwoPhaseParticipant.State, TwoPhaseParticipant.Input, TwoPhaseParticipant.Effect> participant(
            Set<PlantedBug> bugs) {
        var core = new TwoPhaseParticipant();
        if (bugs.contains(PlantedBug.MISSING_IS_SUCCESS)) {
            return (state, input) -> state.equals(new TwoPhaseParticipant.State.Finishing(Decision.COMMIT))
                            && input instanceof TwoPhaseParticipant.Input.NothingPrepared
                    ? reply(new TwoPhaseParticipant.Effect.Confirm(Ack.DONE))
                    : core.on(state, input);
        }
        if (bugs.contains(PlantedBug.LOST_PREPARE_IS_YES)) {
            return (state, input) -> state instanceof TwoPhaseParticipant.State.Preparing
                            && input instanceof TwoPhaseParticipant.Input.Lost
                    ? reply(new TwoPhaseParticipant.Effect.Cast(new Vote.Yes()))
                    : core.on(state, input);
        }
        return core;
    }

    private static Step<TwoPhaseParticipant.State, TwoPhaseParticipant.Effect> reply(
            TwoPhaseParticipant.Effect effect) {
        return Step.to(new TwoPhaseParticipant.State.Replied(), effect);
    }
}
