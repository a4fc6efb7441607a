package io.covenant.transactions.threephase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Effect;
import io.covenant.transactions.threephase.ThreePhaseParticipant.Input;
import io.covenant.transactions.threephase.ThreePhaseParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The participant's side of three-phase commit: one request about one branch, from its arrival to the reply.
///
/// What lasts lives in the participant's database: the prepared transaction and the barrier row as in two-phase
/// commit, whose [participant][TwoPhaseParticipant] does the work here too, and beside them the [Standing] of the
/// branch's site with the electorate. Any instance of the service can therefore answer any request.
///
/// Two of the writes to the standing are not forced: the electorate, written before the work begins, and the
/// decision, written before it is carried out. The database writes one log, so the force of `PREPARE TRANSACTION`
/// and of `COMMIT PREPARED` covers what was written before.
public final class ThreePhaseParticipant implements Protocol<State, Input, Effect> {

    /// Where the request stands.
    public sealed interface State {

        /// Arrived.
        record Idle() implements State {}

        /// The electorate is being written.
        record Enrolling() implements State {}

        /// The standing is being locked and read.
        record Opening(Request request) implements State {}

        /// The new standing is being forced; this reply may follow.
        record Forcing(Effect reply) implements State {}

        /// The decision is being written.
        record Noting(Decision mine) implements State {}

        /// The branch prepares, commits or rolls back, as in two-phase commit.
        record Working(TwoPhaseParticipant.State branch) implements State {}

        /// The reply is given.
        record Replied() implements State {}
    }

    /// What a site may be asked about its standing.
    public sealed interface Request {

        record Elect(Election election) implements Request {}

        record Attempt(Election election, Outcome outcome) implements Request {}

        /// Nobody told the decision for a while.
        record TimedOut() implements Request {}
    }

    /// What the request hears.
    public sealed interface Input {

        /// The coordinator asks to do the work and to vote.
        record PrepareAsked() implements Input {}

        /// A coordinator, or this service's own sweep, asks something about the standing.
        record Asked(Request request) implements Input {}

        /// A coordinator tells the decision.
        ///
        /// @param mine what it means for this branch, see [Outcome#decisionFor]
        record Told(Outcome outcome, Decision mine) implements Input {}

        /// The electorate is written.
        record Enrolled() implements Input {}

        /// The row is locked and holds this.
        record Found(Standing standing) implements Input {}

        /// The new standing is durable.
        record Forced() implements Input {}

        /// The decision is written.
        record Noted() implements Input {}

        /// What two-phase commit's participant hears of its branch.
        record Heard(TwoPhaseParticipant.Input input) implements Input {}

        /// The database did not tell what became of the last request.
        record Lost() implements Input {}
    }

    /// What the request asks for.
    public sealed interface Effect {

        /// Write the electorate with [Standing#NEW] unless there is a row; force nothing.
        record Enroll() implements Effect {}

        /// Begin a transaction, insert the row unless it is there, lock it, read it.
        record Open() implements Effect {}

        /// Write this standing and commit, with force.
        record Force(Standing standing) implements Effect {}

        /// Write that the decision is known; force nothing, but let nothing of what follows overtake it.
        record Note(Outcome outcome) implements Effect {}

        /// What two-phase commit's participant asks for, but for its replies.
        record Do(TwoPhaseParticipant.Effect effect) implements Effect {}

        /// Reply: takes part in the election.
        record Elected(Election election, Standing standing) implements Effect {}

        /// Reply: has moved.
        record Accepted(Election election) implements Effect {}

        /// Reply: does neither.
        record Refused(Election election, Standing standing) implements Effect {}

        /// Reply to `prepare`.
        record Cast(Vote vote) implements Effect {}

        /// Reply to the decision.
        record Confirm(Ack ack) implements Effect {}

        /// Ask any coordinator what became of this branch, with the electorate.
        record Inquire() implements Effect {}

        /// Reply that this has to be asked again.
        record AskAgain() implements Effect {}
    }

    private final TwoPhaseParticipant branch = new TwoPhaseParticipant();
    private final TimeOutRule rule;

    public ThreePhaseParticipant() {
        this(TimeOutRule.ELECT);
    }

    public ThreePhaseParticipant(TimeOutRule rule) {
        this.rule = rule;
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Idle idle -> onIdle(idle, input);
            case State.Enrolling enrolling -> onEnrolling(enrolling, input);
            case State.Opening opening -> onOpening(opening, input);
            case State.Forcing forcing -> onForcing(forcing, input);
            case State.Noting noting -> onNoting(noting, input);
            case State.Working working -> onWorking(working, input);
            case State.Replied replied -> Step.stay(replied);
        };
    }

    private static Step<State, Effect> onIdle(State.Idle idle, Input input) {
        return switch (input) {
            case Input.PrepareAsked _ -> Step.to(new State.Enrolling(), new Effect.Enroll());
            case Input.Asked(var request) -> Step.to(new State.Opening(request), new Effect.Open());
            case Input.Told(var outcome, var mine) -> note(outcome, mine);
            case Input.Enrolled _, Input.Found _, Input.Forced _, Input.Noted _, Input.Heard _, Input.Lost _ ->
                Step.stay(idle);
        };
    }

    private Step<State, Effect> onEnrolling(State.Enrolling enrolling, Input input) {
        return switch (input) {
            case Input.Enrolled _ -> work(new TwoPhaseParticipant.Input.PrepareAsked());
            case Input.Lost _ -> reply(new Effect.AskAgain());
            case Input.PrepareAsked _,
                    Input.Asked _,
                    Input.Told _,
                    Input.Found _,
                    Input.Forced _,
                    Input.Noted _,
                    Input.Heard _ -> Step.stay(enrolling);
        };
    }

    private Step<State, Effect> onOpening(State.Opening opening, Input input) {
        return switch (input) {
            case Input.Found(var standing) -> answer(opening.request(), standing);
            case Input.Lost _ -> reply(new Effect.AskAgain());
            case Input.PrepareAsked _,
                    Input.Asked _,
                    Input.Told _,
                    Input.Enrolled _,
                    Input.Forced _,
                    Input.Noted _,
                    Input.Heard _ -> Step.stay(opening);
        };
    }

    private static Step<State, Effect> onForcing(State.Forcing forcing, Input input) {
        return switch (input) {
            case Input.Forced _ -> reply(forcing.reply());
            // Whether it was forced is unknown, so neither may be said.
            case Input.Lost _ -> reply(new Effect.AskAgain());
            case Input.PrepareAsked _,
                    Input.Asked _,
                    Input.Told _,
                    Input.Enrolled _,
                    Input.Found _,
                    Input.Noted _,
                    Input.Heard _ -> Step.stay(forcing);
        };
    }

    private Step<State, Effect> onNoting(State.Noting noting, Input input) {
        return switch (input) {
            case Input.Noted _ -> work(new TwoPhaseParticipant.Input.Told(noting.mine()));
            case Input.Lost _ -> reply(new Effect.AskAgain());
            case Input.PrepareAsked _,
                    Input.Asked _,
                    Input.Told _,
                    Input.Enrolled _,
                    Input.Found _,
                    Input.Forced _,
                    Input.Heard _ -> Step.stay(noting);
        };
    }

    private Step<State, Effect> onWorking(State.Working working, Input input) {
        return switch (input) {
            case Input.Heard(var heard) -> work(working.branch(), heard);
            case Input.Lost _ -> work(working.branch(), new TwoPhaseParticipant.Input.Lost());
            case Input.PrepareAsked _,
                    Input.Asked _,
                    Input.Told _,
                    Input.Enrolled _,
                    Input.Found _,
                    Input.Forced _,
                    Input.Noted _ -> Step.stay(working);
        };
    }

    private Step<State, Effect> answer(Request request, Standing standing) {
        return switch (request) {
            case Request.Elect(var election) ->
                answer(
                        election,
                        standing,
                        standing.elected(election),
                        new Effect.Elected(election, standing.elected(election).orElse(standing)));
            case Request.Attempt(var election, var outcome) ->
                answer(election, standing, standing.attempted(election, outcome), new Effect.Accepted(election));
            // A time-out decides nothing, unless somebody wants to see what comes of it.
            case Request.TimedOut _ ->
                rule.alone(standing)
                        .map(outcome -> note(outcome, outcome.decision()))
                        .orElseGet(() -> reply(new Effect.Inquire()));
        };
    }

    private static Step<State, Effect> answer(
            Election election, Standing before, Optional<Standing> after, Effect granted) {
        if (after.isEmpty()) {
            return reply(new Effect.Refused(election, before));
        }
        // The same request once more: the first one's reply may be lost.
        return after.get().equals(before)
                ? reply(granted)
                : Step.to(new State.Forcing(granted), new Effect.Force(after.get()));
    }

    private static Step<State, Effect> note(Outcome outcome, Decision mine) {
        return Step.to(new State.Noting(mine), new Effect.Note(outcome));
    }

    private static Step<State, Effect> reply(Effect reply) {
        return Step.to(new State.Replied(), reply);
    }

    private Step<State, Effect> work(TwoPhaseParticipant.Input first) {
        return work(new TwoPhaseParticipant.State.Idle(), first);
    }

    private Step<State, Effect> work(TwoPhaseParticipant.State before, TwoPhaseParticipant.Input input) {
        var step = branch.on(before, input);
        State next = step.next() instanceof TwoPhaseParticipant.State.Replied
                ? new State.Replied()
                : new State.Working(step.next());
        List<Effect> effects = new ArrayList<>();
        step.effects().forEach(effect -> effects.add(asOurs(effect)));
        return new Step<>(next, effects);
    }

    private static Effect asOurs(TwoPhaseParticipant.Effect effect) {
        return switch (effect) {
            case TwoPhaseParticipant.Effect.Cast(var vote) -> new Effect.Cast(vote);
            case TwoPhaseParticipant.Effect.Confirm(var ack) -> new Effect.Confirm(ack);
            case TwoPhaseParticipant.Effect.AskAgain _ -> new Effect.AskAgain();
            case TwoPhaseParticipant.Effect.Work _,
                    TwoPhaseParticipant.Effect.Prepare _,
                    TwoPhaseParticipant.Effect.Finish _,
                    TwoPhaseParticipant.Effect.Look _,
                    TwoPhaseParticipant.Effect.Fence _ -> new Effect.Do(effect);
        };
    }
}
