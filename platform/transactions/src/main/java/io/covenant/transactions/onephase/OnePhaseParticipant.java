package io.covenant.transactions.onephase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Evidence;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;

/// The participant's side of one-phase commit.
///
/// Working is that of two-phase commit with COMMIT in place of `PREPARE TRANSACTION`: [Effect.Prepare] commits,
/// [Input.PrepareDone] says that it has, and a YES that the branch has committed.
///
/// Settling puts the fence up, and confirms DONE when it stands; a YES says that the branch has committed before.
public final class OnePhaseParticipant implements Protocol<State, Input, Effect> {

    /// Where the request stands.
    public sealed interface State {

        /// As in two-phase commit.
        record Working(TwoPhaseParticipant.State state) implements State {}

        /// The fence is on its way.
        record Settling() implements State {}

        /// The reply is given.
        record Replied() implements State {}
    }

    private static final TwoPhaseParticipant WORKING = new TwoPhaseParticipant();

    /// A request to work has arrived.
    public static State idle() {
        return new State.Working(new TwoPhaseParticipant.State.Idle());
    }

    /// Starts when a coordinator asks what became of the branch.
    public static Step<State, Effect> settle() {
        return Step.to(new State.Settling(), new Effect.Fence());
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Working(var working) -> {
                var step = WORKING.on(working, input);
                yield new Step<>(new State.Working(step.next()), step.effects());
            }
            case State.Settling settling -> onSettling(settling, input);
            case State.Replied replied -> Step.stay(replied);
        };
    }

    private static Step<State, Effect> onSettling(State.Settling settling, Input input) {
        return switch (input) {
            case Input.Fenced _ -> reply(new Effect.Confirm(Ack.DONE));
            case Input.Found(var evidence) -> reply(found(evidence));
            case Input.Lost _ -> reply(new Effect.AskAgain());
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Refused _,
                    Input.PrepareDone _,
                    Input.PreparedFinished _,
                    Input.NothingPrepared _ -> Step.stay(settling);
        };
    }

    private static Effect found(Evidence evidence) {
        return switch (evidence) {
            case FENCE -> new Effect.Confirm(Ack.DONE);
            case WORK -> new Effect.Cast(new Vote.Yes());
            // It is being worked on, and may yet commit; nothing prepares under this id.
            case RUNNING, PREPARED, NONE -> new Effect.AskAgain();
        };
    }

    private static Step<State, Effect> reply(Effect reply) {
        return Step.to(new State.Replied(), reply);
    }
}
