package io.covenant.consensus.register;

import java.util.Optional;

/// One acceptor's side of one register.
///
/// All of its state is durable: whatever a step keeps with force has to be so before its answer leaves.
public final class Acceptor {

    /// Where the register stands with this acceptor.
    public sealed interface State {

        /// Nobody has asked yet.
        record Blank() implements State {}

        /// Nothing below this ballot is taken.
        record Promised(Ballot ballot) implements State {}

        /// Something was taken.
        ///
        /// @param promised at least the ballot of the vote
        record Voted(Ballot promised, Vote vote) implements State {}

        /// It is known what was chosen.
        record Closed(Value chosen) implements State {}
    }

    /// What a step asks for.
    public sealed interface Effect {

        /// Store the state in place of the one before.
        ///
        /// @param forced whether it has to be durable before what follows; otherwise it may be lost
        record Keep(State state, boolean forced) implements Effect {}

        record Answer(Reply reply) implements Effect {}
    }

    /// Accepts every request in every state; the same request again gets the same answer, or a better one.
    public Step<State, Effect> on(State state, Request request) {
        return switch (request) {
            case Request.Close(var chosen) -> onClose(state, chosen);
            case Request.Prepare(var ballot) -> onPrepare(state, ballot);
            case Request.Accept(var ballot, var value) -> onAccept(state, new Vote(ballot, value));
        };
    }

    private static Step<State, Effect> onPrepare(State state, Ballot ballot) {
        return switch (state) {
            case State.Blank _ -> keep(new State.Promised(ballot), promised(ballot, Optional.empty()));
            case State.Promised(var promised) when ballot.isBelow(promised) -> outbid(state, ballot, promised);
            case State.Promised(var promised)
            when ballot.equals(promised) -> answer(state, promised(ballot, Optional.empty()));
            case State.Promised _ -> keep(new State.Promised(ballot), promised(ballot, Optional.empty()));
            case State.Voted(var promised, var _) when ballot.isBelow(promised) -> outbid(state, ballot, promised);
            case State.Voted(var promised, var vote)
            when ballot.equals(promised) -> answer(state, promised(ballot, Optional.of(vote)));
            case State.Voted(var _, var vote) ->
                keep(new State.Voted(ballot, vote), promised(ballot, Optional.of(vote)));
            case State.Closed(var chosen) -> answer(state, new Reply.Chosen(chosen));
        };
    }

    private static Step<State, Effect> onAccept(State state, Vote vote) {
        return switch (state) {
            case State.Blank _ -> accept(vote);
            case State.Promised(var promised)
            when vote.ballot().isBelow(promised) -> outbid(state, vote.ballot(), promised);
            case State.Promised _ -> accept(vote);
            case State.Voted(var promised, var _)
            when vote.ballot().isBelow(promised) -> outbid(state, vote.ballot(), promised);
            case State.Voted(var _, var before) when vote.equals(before) -> answer(state, new Reply.Accepted(vote));
            // An owner that proposes a second value at its ballot breaks its word; here at least it does no harm.
            case State.Voted(var promised, var before)
            when vote.ballot().equals(before.ballot()) -> outbid(state, vote.ballot(), promised);
            case State.Voted _ -> accept(vote);
            case State.Closed(var chosen) -> answer(state, new Reply.Chosen(chosen));
        };
    }

    /// What is chosen can be asked for again, so losing it does no harm.
    private static Step<State, Effect> onClose(State state, Value chosen) {
        return switch (state) {
            case State.Closed(var known) -> answer(state, new Reply.Chosen(known));
            case State.Blank _, State.Promised _, State.Voted _ -> {
                var closed = new State.Closed(chosen);
                yield Step.to(closed, new Effect.Keep(closed, false), new Effect.Answer(new Reply.Chosen(chosen)));
            }
        };
    }

    private static Step<State, Effect> accept(Vote vote) {
        return keep(new State.Voted(vote.ballot(), vote), new Reply.Accepted(vote));
    }

    private static Reply promised(Ballot ballot, Optional<Vote> accepted) {
        return new Reply.Promised(ballot, accepted);
    }

    private static Step<State, Effect> keep(State next, Reply reply) {
        return Step.to(next, new Effect.Keep(next, true), new Effect.Answer(reply));
    }

    private static Step<State, Effect> outbid(State state, Ballot ballot, Ballot promised) {
        return answer(state, new Reply.Outbid(ballot, promised));
    }

    private static Step<State, Effect> answer(State state, Reply reply) {
        return Step.to(state, new Effect.Answer(reply));
    }
}
