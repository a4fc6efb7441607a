package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.Effect;
import io.covenant.transactions.paxoscommit.PaxosAcceptor.State;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// One acceptor's side of Paxos Commit, for one transaction: all of its registers in one record, so that a
/// transaction of any number of branches costs one forced write.
///
/// Votes gather in memory. They count as accepted only when they are written down: when they are all there, or
/// when a leader asks for them. Votes that a crash takes before are cast again.
public final class PaxosAcceptor implements Protocol<State, Request, Effect> {

    /// Where a transaction stands with this acceptor.
    public sealed interface State {

        /// Nobody has asked yet.
        record Blank() implements State {}

        /// @param promised nothing below is taken
        /// @param accepted the latest that was taken, never above `promised`
        record Open(Ballot promised, Optional<Accepted> accepted) implements State {}

        /// It is known what was chosen.
        ///
        /// @param ended whether all branches have confirmed it
        record Closed(Outcome outcome, boolean ended) implements State {}

        /// A majority has forgotten it. What was promised here may be the reason that an old ballot was not chosen,
        /// so nothing is taken again.
        record Dropped() implements State {}
    }

    /// What a step asks for.
    public sealed interface Effect {

        /// Store the state in place of the one before.
        ///
        /// @param forced whether it has to be durable before what follows; otherwise it may be lost
        record Keep(State state, boolean forced) implements Effect {}

        /// Answer whoever asked, when everything is durable that was kept before.
        record Answer(Reply reply) implements Effect {}

        /// Phase 2b of all registers, to the leader of its ballot, when everything is durable that was kept
        /// before.
        record Report(Reply.Took took) implements Effect {}
    }

    @Override
    public Step<State, Effect> on(State state, Request request) {
        return switch (state) {
            case State.Blank _ -> onBlank(request);
            case State.Open open -> onOpen(open, request);
            case State.Closed closed -> onClosed(closed, request);
            case State.Dropped dropped -> onDropped(dropped, request);
        };
    }

    private static Step<State, Effect> onBlank(Request request) {
        return switch (request) {
            case Request.Claim(var ballot) -> promise(ballot, Optional.empty());
            case Request.Cast cast -> take(Accepted.Votes.none(cast.ballot(), cast.plan()), cast, new State.Blank());
            case Request.Accept(var ballot, var outcome) -> accept(ballot, outcome);
            case Request.Close(var outcome, var ended) -> close(outcome, ended);
            case Request.Drop _ -> Step.stay(new State.Blank());
        };
    }

    private static Step<State, Effect> onOpen(State.Open open, Request request) {
        return switch (request) {
            case Request.Claim(var ballot)
            when ballot.isBelow(open.promised()) || isUsed(open, ballot) -> outbid(open, ballot);
            case Request.Claim(var ballot) -> promise(ballot, open.accepted());
            case Request.Cast cast when cast.ballot().isBelow(open.promised()) -> outbid(open, cast.ballot());
            case Request.Cast cast -> cast(open, cast);
            case Request.Accept(var ballot, var _) when ballot.isBelow(open.promised()) -> outbid(open, ballot);
            case Request.Accept(var ballot, var outcome)
            when isUsed(open, ballot) ->
                open.accepted().equals(Optional.of(new Accepted.Verdict(ballot, outcome)))
                        ? answer(open, new Reply.Took(ballot, outcome))
                        : outbid(open, ballot);
            case Request.Accept(var ballot, var outcome) -> accept(ballot, outcome);
            case Request.Close(var outcome, var ended) -> close(outcome, ended);
            case Request.Drop _ -> drop();
        };
    }

    private static Step<State, Effect> onClosed(State.Closed closed, Request request) {
        return switch (request) {
            case Request.Close(var _, var ended) -> ended ? end(closed) : Step.stay(closed);
            case Request.Drop _ -> end(closed);
            case Request.Claim _, Request.Cast _, Request.Accept _ ->
                answer(closed, new Reply.Closed(closed.outcome(), closed.ended()));
        };
    }

    private static Step<State, Effect> onDropped(State.Dropped dropped, Request request) {
        return switch (request) {
            case Request.Claim _, Request.Cast _, Request.Accept _ -> answer(dropped, new Reply.Forgotten());
            case Request.Close _, Request.Drop _ -> Step.stay(dropped);
        };
    }

    private static Step<State, Effect> end(State.Closed closed) {
        return closed.ended() ? Step.stay(closed) : close(closed.outcome(), true);
    }

    /// A leader claims a ballot once; what was taken in it was taken after that.
    private static boolean isUsed(State.Open open, Ballot ballot) {
        return open.accepted().map(Accepted::ballot).equals(Optional.of(ballot));
    }

    private static Step<State, Effect> cast(State.Open open, Request.Cast cast) {
        if (!isUsed(open, cast.ballot())) {
            return take(Accepted.Votes.none(cast.ballot(), cast.plan()), cast, open);
        }
        return switch (open.accepted().orElseThrow()) {
            case Accepted.Votes votes when votes.plan().equals(cast.plan()) -> take(votes, cast, open);
            // Whoever casts in a leader's own ballot, or with another list, broke its word; it does no harm.
            case Accepted.Votes _, Accepted.Verdict _ -> Step.stay(open);
        };
    }

    private static Step<State, Effect> take(Accepted.Votes votes, Request.Cast cast, State before) {
        if (!votes.plan().has(cast.who())) {
            return Step.stay(before);
        }
        var more = votes.with(new TreeSet<>(List.of(cast.who())));
        var next = new State.Open(more.ballot(), Optional.of(more));
        if (more.outcome().isEmpty()) {
            return Step.to(next);
        }
        var report =
                new Effect.Report(new Reply.Took(more.ballot(), more.outcome().get()));
        return more.equals(votes) ? Step.to(next, report) : Step.to(next, new Effect.Keep(next, true), report);
    }

    private static Step<State, Effect> promise(Ballot ballot, Optional<Accepted> accepted) {
        return keep(new State.Open(ballot, accepted), new Reply.Promised(ballot, accepted));
    }

    private static Step<State, Effect> accept(Ballot ballot, Outcome outcome) {
        return keep(
                new State.Open(ballot, Optional.of(new Accepted.Verdict(ballot, outcome))),
                new Reply.Took(ballot, outcome));
    }

    /// What was chosen can be asked for again, so losing it does no harm.
    private static Step<State, Effect> close(Outcome outcome, boolean ended) {
        var closed = new State.Closed(outcome, ended);
        return Step.to(closed, new Effect.Keep(closed, false));
    }

    /// What a crash brings back is dropped again by whoever next finds it.
    private static Step<State, Effect> drop() {
        var dropped = new State.Dropped();
        return Step.to(dropped, new Effect.Keep(dropped, false));
    }

    private static Step<State, Effect> keep(State next, Reply reply) {
        return Step.to(next, new Effect.Keep(next, true), new Effect.Answer(reply));
    }

    private static Step<State, Effect> outbid(State.Open open, Ballot ballot) {
        return answer(open, new Reply.Outbid(ballot, open.promised()));
    }

    private static Step<State, Effect> answer(State state, Reply reply) {
        return Step.to(state, new Effect.Answer(reply));
    }
}
