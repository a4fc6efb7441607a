package io.covenant.consensus.register;

import java.util.Optional;
import java.util.function.BiFunction;

/// A mistake that somebody could make, in a core or in a shell around it. The simulation must find each.
enum PlantedBug {
    PROMISE_NOT_FORCED("The acceptor promises before the promise is durable."),
    VOTE_NOT_FORCED("The acceptor says that it accepted before that is durable."),
    ACCEPTS_BELOW_PROMISE("The acceptor accepts a ballot lower than the one that it promised."),
    PROMISES_BELOW_PROMISE("The acceptor promises anew to a ballot lower than the one that it promised."),
    VOTE_NOT_REPORTED("The acceptor promises without saying what it accepted."),
    HIGHEST_VOTE_IGNORED("The proposer proposes its own value although it heard of an accepted one."),
    SMALLEST_VOTE_TAKEN("The proposer takes over what was accepted at the lowest ballot it hears of."),
    INCARNATION_FORGOTTEN("A proposer that comes back uses the ballots that it used before."),
    FIRST_BALLOT_SHARED("Every proposer leaves out its first phase."),
    FORGOTTEN_TOO_EARLY("The acceptor forgets a closed register without a horizon, and answers as if it were blank.");

    private final String mistake;

    PlantedBug(String mistake) {
        this.mistake = mistake;
    }

    String mistake() {
        return mistake;
    }

    /// The production rules of one register, or with a bug what somebody might have written in their place.
    static Registers.Rules acceptor(Optional<PlantedBug> bug) {
        var core = new Acceptor();
        if (bug.equals(Optional.of(ACCEPTS_BELOW_PROMISE))) {
            return (state, request) -> core.on(
                    request instanceof Request.Accept
                            ? switch (state) {
                                case Acceptor.State.Promised _ -> new Acceptor.State.Blank();
                                case Acceptor.State.Voted(var promised, var vote)
                                when !promised.equals(vote.ballot()) -> new Acceptor.State.Voted(vote.ballot(), vote);
                                case Acceptor.State.Blank _, Acceptor.State.Voted _, Acceptor.State.Closed _ -> state;
                            }
                            : state,
                    request);
        }
        if (bug.equals(Optional.of(PROMISES_BELOW_PROMISE))) {
            return (state, request) -> core.on(
                    request instanceof Request.Prepare && state instanceof Acceptor.State.Promised
                            ? new Acceptor.State.Blank()
                            : state,
                    request);
        }
        if (bug.equals(Optional.of(VOTE_NOT_REPORTED))) {
            return (state, request) -> {
                var step = core.on(state, request);
                return new Step<>(
                        step.next(),
                        step.effects().stream()
                                .map(effect -> effect
                                                instanceof Acceptor.Effect.Answer(Reply.Promised(var ballot, var _))
                                        ? new Acceptor.Effect.Answer(new Reply.Promised(ballot, Optional.empty()))
                                        : effect)
                                .toList());
            };
        }
        return core::on;
    }

    /// The production core of a proposer, or with a bug what somebody might have written in its place.
    static BiFunction<Proposer.State, Proposer.Input, Step<Proposer.State, Proposer.Effect>> proposer(
            Proposer core, Optional<PlantedBug> bug) {
        if (bug.equals(Optional.of(HIGHEST_VOTE_IGNORED))) {
            return (state, input) -> core.on(
                    state,
                    input instanceof Proposer.Input.Heard(var who, Reply.Promised(var ballot, var _))
                            ? new Proposer.Input.Heard(who, new Reply.Promised(ballot, Optional.empty()))
                            : input);
        }
        if (bug.equals(Optional.of(SMALLEST_VOTE_TAKEN))) {
            return (state, input) -> core.on(
                    state,
                    input instanceof Proposer.Input.Heard(var who, Reply.Promised(var ballot, Optional<Vote> accepted))
                            ? new Proposer.Input.Heard(
                                    who, new Reply.Promised(ballot, accepted.map(PlantedBug::upsideDown)))
                            : input);
        }
        return core::on;
    }

    private static Vote upsideDown(Vote vote) {
        return new Vote(new Ballot(Long.MAX_VALUE - vote.ballot().round(), "x", 0), vote.value());
    }
}
