package io.covenant.transactions.threephase;

import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.threephase.Standing.Position;
import io.covenant.transactions.threephase.ThreePhaseCommit.Effect;
import io.covenant.transactions.threephase.ThreePhaseCommit.Input;
import io.covenant.transactions.threephase.ThreePhaseCommit.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/// The production cores, or with a planted bug what somebody might have written in their place.
final class PlantedCores {

    private static final Election HIGHEST = new Election(Integer.MAX_VALUE, 0);

    private PlantedCores() {}

    static Protocol<State, Input, Effect> coordinator(Set<PlantedBug> bugs, long elector) {
        var core = new ThreePhaseCommit(elector, PlantedBug.rule(bugs));
        if (bugs.contains(PlantedBug.MINORITY_DECIDES)) {
            return (state, input) -> {
                var step = core.on(state, input);
                return input instanceof Input.Accepted(var _, var election)
                                && step.next() instanceof State.Attempting attempting
                                && attempting.accepted().size()
                                        == attempting.electorate().quorum() - 1
                        ? core.on(attempting, new Input.Accepted(missing(attempting), election))
                        : step;
            };
        }
        if (bugs.contains(PlantedBug.MOST_FREQUENT_POSITION)) {
            return (state, input) -> core.on(
                    state,
                    input instanceof Input.Elected(var who, var election, var standing)
                                    && standing.position() == Position.PRE_COMMITTED
                            ? new Input.Elected(
                                    who,
                                    election,
                                    new Standing(
                                            standing.lastElected(), HIGHEST, standing.position(), standing.sealed()))
                            : input);
        }
        if (bugs.contains(PlantedBug.PREPARED_IS_ENOUGH)) {
            return (state, input) -> core.on(
                    state,
                    state instanceof State.Electing electing
                                    && input instanceof Input.Elected(var who, var election, var standing)
                                    && standing.position() == Position.WAITING
                            ? new Input.Elected(
                                    who,
                                    election,
                                    new Standing(
                                            standing.lastElected(),
                                            Election.NONE,
                                            Position.PRE_COMMITTED,
                                            electing.electorate().branches()))
                            : input);
        }
        if (bugs.contains(PlantedBug.DEADLINE_ABORTS_ATTEMPT)) {
            return (state, input) -> input instanceof Input.Expired && state instanceof State.Attempting attempting
                    ? abort(core, attempting)
                    : core.on(state, input);
        }
        if (bugs.contains(PlantedBug.REFUSAL_ABORTS)) {
            return (state, input) -> input instanceof Input.Refused && state instanceof State.Attempting attempting
                    ? abort(core, attempting)
                    : core.on(state, input);
        }
        if (bugs.contains(PlantedBug.BRANCHES_FIRST)) {
            return (state, input) -> {
                var step = core.on(state, input);
                if (state instanceof State.Voting && step.next() instanceof State.Attempting attempting) {
                    var effects = new ArrayList<>(step.effects());
                    attempting
                            .outcome()
                            .sealed()
                            .forEach(branch -> effects.add(
                                    new Effect.Attempt(new Site.Branch(branch), Election.FIRST, attempting.outcome())));
                    return new Step<>(step.next(), effects);
                }
                return step;
            };
        }
        if (bugs.contains(PlantedBug.QUORUM_OF_WRITERS)) {
            return (state, input) -> core.on(
                    state instanceof State.Attempting(var _, var election, var outcome, var accepted)
                                    && election.equals(Election.FIRST)
                            ? new State.Attempting(new Electorate(outcome.sealed()), election, outcome, accepted)
                            : state,
                    input);
        }
        if (bugs.contains(PlantedBug.NO_VOTE_IGNORED)) {
            return (state, input) -> core.on(
                    state,
                    input instanceof Input.Voted(var who, Vote.No _)
                            ? new Input.Voted(who, new Vote.ReadOnly())
                            : input);
        }
        return core;
    }

    private static Site missing(State.Attempting attempting) {
        var missing = attempting.electorate().sites();
        missing.removeAll(attempting.accepted());
        return missing.first();
    }

    private static Step<State, Effect> abort(ThreePhaseCommit core, State.Attempting attempting) {
        var branches = attempting.electorate().branches();
        return core.on(
                new State.Voting(attempting.electorate(), branches, Collections.emptySortedSet()), new Input.Expired());
    }

    static Protocol<ThreePhaseParticipant.State, ThreePhaseParticipant.Input, ThreePhaseParticipant.Effect> participant(
            Set<PlantedBug> bugs) {
        var core = new ThreePhaseParticipant(PlantedBug.rule(bugs));
        if (bugs.contains(PlantedBug.LOWER_ELECTION_HEEDED)) {
            return (state, input) -> core.on(
                    state,
                    state instanceof ThreePhaseParticipant.State.Opening(ThreePhaseParticipant.Request.Attempt _)
                                    && input instanceof ThreePhaseParticipant.Input.Found(var standing)
                            ? new ThreePhaseParticipant.Input.Found(new Standing(
                                    Election.NONE, standing.lastAttempt(), standing.position(), standing.sealed()))
                            : input);
        }
        if (bugs.contains(PlantedBug.LAST_ATTEMPT_LOST)) {
            return (state, input) -> core.on(
                    state,
                    state instanceof ThreePhaseParticipant.State.Opening(ThreePhaseParticipant.Request.Elect _)
                                    && input instanceof ThreePhaseParticipant.Input.Found(var standing)
                                    && standing.decided().isEmpty()
                            ? new ThreePhaseParticipant.Input.Found(new Standing(
                                    standing.lastElected(), Election.NONE, Position.WAITING, new TreeSet<>()))
                            : input);
        }
        return core;
    }
}
