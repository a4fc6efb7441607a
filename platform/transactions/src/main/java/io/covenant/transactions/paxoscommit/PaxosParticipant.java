package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.paxoscommit.PaxosParticipant.State;
import io.covenant.transactions.twophase.TwoPhaseParticipant;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;

/// The participant's side of Paxos Commit: that of two-phase commit, whose YES goes to all acceptors and whose
/// NO goes to the leader that asked.
///
/// A branch is the only proposer of its register in the ballot of its attempt, so it must never cast two
/// different votes, whatever it forgets. It casts none but PREPARED, and only while the prepared transaction
/// is durable: a branch that only read prepares like any other, and one that refuses leaves its register to a
/// higher ballot.
///
/// A prepared branch that hears nothing asks any coordinator; it never decides.
public final class PaxosParticipant implements Protocol<State, Input, Effect> {

    /// Where the request stands.
    public sealed interface State {

        /// As in two-phase commit.
        record Plain(TwoPhaseParticipant.State state) implements State {}

        /// It asked, and the transaction is forgotten: `ROLLBACK PREPARED` is sent.
        record Releasing() implements State {}
    }

    private static final TwoPhaseParticipant PLAIN = new TwoPhaseParticipant();

    /// Arrived.
    public static State idle() {
        return new State.Plain(new TwoPhaseParticipant.State.Idle());
    }

    /// Starts when an inquiry is answered that a majority has forgotten the transaction. What is forgotten had ended,
    /// or will never commit. So a branch that is still prepared aborts; one that is not has been told before.
    public static Step<State, Effect> release() {
        return Step.to(new State.Releasing(), new Effect.Finish(Decision.ABORT));
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Plain(var plain) -> {
                var step = PLAIN.on(plain, input);
                yield new Step<>(new State.Plain(step.next()), step.effects());
            }
            case State.Releasing releasing -> onReleasing(releasing, input);
        };
    }

    private static Step<State, Effect> onReleasing(State.Releasing releasing, Input input) {
        return switch (input) {
            case Input.PreparedFinished _ ->
                Step.to(new State.Plain(new TwoPhaseParticipant.State.Fencing()), new Effect.Fence());
            case Input.NothingPrepared _, Input.Lost _ ->
                Step.to(new State.Plain(new TwoPhaseParticipant.State.Replied()));
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Refused _,
                    Input.Found _,
                    Input.PrepareDone _,
                    Input.Fenced _ -> Step.stay(releasing);
        };
    }
}
