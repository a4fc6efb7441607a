package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The production cores, or with a planted bug what somebody might have written in their place.
final class PlantedCores {

    private PlantedCores() {}

    // The leader

    static Protocol<PaxosCommit.State, PaxosCommit.Input, PaxosCommit.Effect> leader(
            Collection<String> acceptors, Set<PlantedBug> bugs) {
        var core = new PaxosCommit(acceptors);
        return (state, input) -> {
            var heard = input instanceof PaxosCommit.Input.Heard(var _, var reply) ? reply : null;
            if (bugs.contains(PlantedBug.EXPIRY_DECIDES)
                    && state instanceof PaxosCommit.State.Voting voting
                    && input instanceof PaxosCommit.Input.Expired) {
                return core.on(voting, closed(acceptors, Outcome.abort(voting.plan())));
            }
            if (bugs.contains(PlantedBug.REFUSAL_DECIDES)
                    && state instanceof PaxosCommit.State.Voting voting
                    && input instanceof PaxosCommit.Input.Refused) {
                return core.on(voting, closed(acceptors, Outcome.abort(voting.plan())));
            }
            if (bugs.contains(PlantedBug.ONE_ACCEPTOR_IS_ENOUGH)
                    && state instanceof PaxosCommit.State.Voting voting
                    && heard instanceof Reply.Took(var ballot, var outcome)
                    && ballot.equals(voting.ballot())) {
                return core.on(voting, closed(acceptors, outcome));
            }
            if (bugs.contains(PlantedBug.ONE_FORGOT_IS_GONE)
                    && heard instanceof Reply.Forgotten
                    && (state instanceof PaxosCommit.State.Claiming || state instanceof PaxosCommit.State.Proposing)) {
                return new Step<>(
                        new PaxosCommit.State.Gone(),
                        Stream.concat(
                                        Stream.<PaxosCommit.Effect>of(new PaxosCommit.Effect.GiveUp()),
                                        acceptors.stream()
                                                .map(acceptor ->
                                                        new PaxosCommit.Effect.Ask(acceptor, new Request.Drop())))
                                .toList());
            }
            var step = core.on(state, input);
            if (bugs.contains(PlantedBug.ENDED_AT_DECISION)
                    && step.next() instanceof PaxosCommit.State.Telling(var outcome, var _, var _)) {
                return new Step<>(
                        step.next(),
                        Stream.concat(
                                        step.effects().stream(),
                                        acceptors.stream()
                                                .map(acceptor -> new PaxosCommit.Effect.Ask(
                                                        acceptor, new Request.Close(outcome, true))))
                                .toList());
            }
            return state instanceof PaxosCommit.State.Claiming claiming
                            && step.next() instanceof PaxosCommit.State.Proposing proposing
                            && heard instanceof Reply.Promised(var _, var accepted)
                    ? propose(acceptors, proposing, instead(bugs, claiming, accepted, proposing.outcome()))
                    : step;
        };
    }

    private static Outcome instead(
            Set<PlantedBug> bugs, PaxosCommit.State.Claiming claiming, Optional<Accepted> last, Outcome right) {
        var reported = Stream.concat(claiming.promised().values().stream(), Stream.of(last))
                .flatMap(Optional::stream)
                .toList();
        if (bugs.contains(PlantedBug.TAKE_OVER_ABORTS)) {
            return right.plan().map(Outcome::abort).orElse(Outcome.NOTHING);
        }
        if (bugs.contains(PlantedBug.LOWEST_BALLOT_TAKEN)) {
            return reported.stream()
                    .min(Comparator.comparing(Accepted::ballot))
                    .flatMap(lowest -> Accepted.safe(List.of(lowest)))
                    .orElse(right);
        }
        if (bugs.contains(PlantedBug.VOTERS_ARE_ALL) && right.decision() == Decision.ABORT) {
            return reported.stream()
                    .flatMap(accepted -> accepted instanceof Accepted.Votes votes ? Stream.of(votes) : Stream.of())
                    .map(votes -> voters(votes))
                    .findFirst()
                    .orElse(right);
        }
        return right;
    }

    private static Outcome voters(Accepted.Votes votes) {
        var voters = new TreeMap<>(votes.plan().services());
        voters.keySet().retainAll(votes.prepared());
        return Outcome.commit(new Plan(voters));
    }

    private static PaxosCommit.Input closed(Collection<String> acceptors, Outcome outcome) {
        return new PaxosCommit.Input.Heard(acceptors.iterator().next(), new Reply.Closed(outcome, false));
    }

    private static Step<PaxosCommit.State, PaxosCommit.Effect> propose(
            Collection<String> acceptors, PaxosCommit.State.Proposing proposing, Outcome outcome) {
        return new Step<>(
                new PaxosCommit.State.Proposing(proposing.ballot(), outcome, new TreeSet<>(), new TreeSet<>()),
                acceptors.stream()
                        .<PaxosCommit.Effect>map(acceptor ->
                                new PaxosCommit.Effect.Ask(acceptor, new Request.Accept(proposing.ballot(), outcome)))
                        .toList());
    }

    // The acceptor

    static Protocol<PaxosAcceptor.State, Request, PaxosAcceptor.Effect> acceptor(Set<PlantedBug> bugs) {
        var core = new PaxosAcceptor();
        if (bugs.contains(PlantedBug.PROMISE_IGNORED)) {
            return (state, request) -> core.on(
                    state instanceof PaxosAcceptor.State.Open(var promised, var accepted)
                                    && request instanceof Request.Cast cast
                                    && cast.ballot().isBelow(promised)
                            ? new PaxosAcceptor.State.Open(cast.ballot(), accepted)
                            : state,
                    request);
        }
        if (bugs.contains(PlantedBug.DROPPED_IS_BLANK)) {
            return (state, request) -> {
                var blank = new PaxosAcceptor.State.Blank();
                return request instanceof Request.Drop && !state.equals(blank)
                        ? Step.to(blank, new PaxosAcceptor.Effect.Keep(blank, false))
                        : core.on(state, request);
            };
        }
        if (bugs.contains(PlantedBug.VOTES_NOT_REPORTED)) {
            return (state, request) -> {
                var step = core.on(state, request);
                return new Step<>(
                        step.next(),
                        step.effects().stream().map(PlantedCores::withoutVotes).toList());
            };
        }
        if (bugs.contains(PlantedBug.REPORTED_TOO_EARLY)) {
            return (state, request) -> {
                var step = core.on(state, request);
                if (step.effects().isEmpty()
                        && step.next() instanceof PaxosAcceptor.State.Open(var _, var accepted)
                        && accepted.orElse(null) instanceof Accepted.Votes votes) {
                    var effects = new ArrayList<>(step.effects());
                    effects.add(new PaxosAcceptor.Effect.Keep(step.next(), true));
                    effects.add(new PaxosAcceptor.Effect.Report(
                            new Reply.Took(votes.ballot(), Outcome.commit(votes.plan()))));
                    return new Step<>(step.next(), effects);
                }
                return step;
            };
        }
        return core;
    }

    private static PaxosAcceptor.Effect withoutVotes(PaxosAcceptor.Effect effect) {
        return effect instanceof PaxosAcceptor.Effect.Answer(Reply.Promised(var ballot, var _))
                ? new PaxosAcceptor.Effect.Answer(new Reply.Promised(ballot, Optional.empty()))
                : effect;
    }

    // The participant

    static Protocol<PaxosParticipant.State, TwoPhaseParticipant.Input, TwoPhaseParticipant.Effect> participant(
            Set<PlantedBug> bugs) {
        var core = new PaxosParticipant();
        return (state, input) -> {
            var plain = state instanceof PaxosParticipant.State.Plain(var inner) ? inner : null;
            if (bugs.contains(PlantedBug.MISSING_IS_SUCCESS)
                    && new TwoPhaseParticipant.State.Finishing(Decision.COMMIT).equals(plain)
                    && input instanceof TwoPhaseParticipant.Input.NothingPrepared) {
                return reply(new TwoPhaseParticipant.Effect.Confirm(Ack.DONE));
            }
            if (bugs.contains(PlantedBug.LOST_PREPARE_IS_YES)
                    && plain instanceof TwoPhaseParticipant.State.Preparing
                    && input instanceof TwoPhaseParticipant.Input.Lost) {
                return reply(new TwoPhaseParticipant.Effect.Cast(new Vote.Yes()));
            }
            return core.on(state, input);
        };
    }

    private static Step<PaxosParticipant.State, TwoPhaseParticipant.Effect> reply(TwoPhaseParticipant.Effect effect) {
        return Step.to(new PaxosParticipant.State.Plain(new TwoPhaseParticipant.State.Replied()), effect);
    }
}
