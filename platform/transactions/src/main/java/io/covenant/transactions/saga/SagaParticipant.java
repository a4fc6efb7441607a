package io.covenant.transactions.saga;

import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.saga.SagaParticipant.Effect;
import io.covenant.transactions.saga.SagaParticipant.Input;
import io.covenant.transactions.saga.SagaParticipant.State;
import java.util.Optional;

/// The participant's side of a saga: one request about one step, from its arrival to the reply.
///
/// Each action and each compensation is one local transaction that ends with the request. The *barrier row*
/// of the action is inserted in that transaction; the compensation inserts it where it is missing, as a
/// fence, and a row of its own. An action that comes after its compensation finds the fence and is refused;
/// one that is under way makes the compensation wait, because they want the same key.
public final class SagaParticipant implements Protocol<State, Input, Effect> {

    /// What is to be done; each has its transaction.
    public enum Action {
        ACT,
        /// Work that was accepted is over.
        REPORT,
        UNDO,
        /// Find out whether the action is done, and prevent it if not.
        FENCE
    }

    /// What the barrier rows of a step show.
    public enum Evidence {
        /// No row.
        NONE,
        /// Another transaction of this step is under way, here or in another instance.
        RUNNING,
        /// The action is begun, and will be reported.
        ACCEPTED,
        /// The action is done.
        ACTED,
        /// The action was begun, and it was reported that it cannot be done.
        REJECTED,
        /// The action is compensated.
        UNDONE,
        /// The action never was done, and never will be.
        FENCED,
        /// No row, and the saga is so old that no action of it is accepted any more: whatever rows there
        /// were may be purged.
        FORGOTTEN
    }

    /// Where the request stands.
    public sealed interface State {

        /// Arrived.
        record Idle() implements State {}

        /// In a local transaction that holds the keys of the step's barrier rows.
        ///
        /// @param report what is reported, if something is
        record Entering(Action action, Optional<Refusal> report) implements State {}

        /// The service's method is called in that transaction, which then commits.
        record Working(Action action, Optional<Refusal> report) implements State {}

        /// The reply is given.
        record Replied() implements State {}
    }

    /// What the request hears.
    public sealed interface Input {

        /// The coordinator asks for the action.
        record ActAsked() implements Input {}

        /// The coordinator asks for the compensation.
        record UndoAsked() implements Input {}

        /// The coordinator asks whether the action is done, and not to do it if it is not.
        record FenceAsked() implements Input {}

        /// The service reports that accepted work is over.
        ///
        /// @param refusal why it could not be done; nothing when it is done
        record Reported(Optional<Refusal> refusal) implements Input {}

        /// The transaction holds the keys, and the rows showed this; or it could not get them.
        record Found(Evidence evidence) implements Input {}

        /// The transaction is committed, durably.
        record Committed() implements Input {}

        /// The transaction is committed, durably, and the service will report.
        record CommittedToReport() implements Input {}

        /// The service refuses, or its transaction failed for good; it is rolled back.
        record Refused(Refusal why) implements Input {}

        /// The database did not tell.
        record Lost() implements Input {}
    }

    /// What the request asks for.
    public sealed interface Effect {

        /// Begin a transaction and take the keys of the barrier rows; report what was there before.
        record Enter(Action action) implements Effect {}

        /// Write the row of this action, call the service's method, then commit. A report only changes the
        /// row.
        record Work(Action action, Optional<Refusal> report) implements Effect {}

        /// Commit with the rows only: they fence the step.
        record Fence() implements Effect {}

        /// Roll back.
        record Leave() implements Effect {}

        /// Reply; a report goes to any coordinator.
        record Reply(SagaAnswer answer) implements Effect {}

        /// Reply that this has to be asked again.
        record AskAgain() implements Effect {}
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Idle idle -> onIdle(idle, input);
            case State.Entering entering -> onEntering(entering, input);
            case State.Working working -> onWorking(working, input);
            case State.Replied replied -> Step.stay(replied);
        };
    }

    private static Step<State, Effect> onIdle(State.Idle idle, Input input) {
        return switch (input) {
            case Input.ActAsked _ -> enter(Action.ACT, Optional.empty());
            case Input.UndoAsked _ -> enter(Action.UNDO, Optional.empty());
            case Input.FenceAsked _ -> enter(Action.FENCE, Optional.empty());
            case Input.Reported(var refusal) -> enter(Action.REPORT, refusal);
            case Input.Found _, Input.Committed _, Input.CommittedToReport _, Input.Refused _, Input.Lost _ ->
                Step.stay(idle);
        };
    }

    private static Step<State, Effect> onEntering(State.Entering entering, Input input) {
        return switch (input) {
            case Input.Found(var evidence) ->
                switch (entering.action()) {
                    case ACT -> actFound(evidence);
                    case REPORT -> reportFound(evidence, entering.report());
                    case UNDO -> undoFound(evidence);
                    case FENCE -> fenceFound(evidence);
                };
            case Input.Lost _ -> askAgain();
            case Input.ActAsked _,
                    Input.UndoAsked _,
                    Input.FenceAsked _,
                    Input.Reported _,
                    Input.Committed _,
                    Input.CommittedToReport _,
                    Input.Refused _ -> Step.stay(entering);
        };
    }

    private static Step<State, Effect> actFound(Evidence evidence) {
        return switch (evidence) {
            case NONE -> work(Action.ACT, Optional.empty());
            // The same once more: the first answer may be lost.
            case ACTED -> leave(new SagaAnswer.Succeeded());
            case ACCEPTED -> leave(new SagaAnswer.Accepted());
            case REJECTED -> leave(new SagaAnswer.Refused(REJECTED));
            case UNDONE, FENCED -> leave(new SagaAnswer.Refused(UNDONE));
            case FORGOTTEN -> leave(new SagaAnswer.Refused(TOO_OLD));
            case RUNNING -> leaveAndAskAgain();
        };
    }

    private static Step<State, Effect> reportFound(Evidence evidence, Optional<Refusal> report) {
        return switch (evidence) {
            case ACCEPTED -> work(Action.REPORT, report);
            case ACTED -> leave(new SagaAnswer.Succeeded());
            case REJECTED -> leave(new SagaAnswer.Refused(REJECTED));
            // It took too long, and was compensated meanwhile.
            case UNDONE, FENCED -> leave(new SagaAnswer.Refused(UNDONE));
            case NONE, FORGOTTEN -> leave(new SagaAnswer.Refused(NEVER_ACCEPTED));
            case RUNNING -> leaveAndAskAgain();
        };
    }

    private static Step<State, Effect> undoFound(Evidence evidence) {
        return switch (evidence) {
            case ACTED, ACCEPTED -> work(Action.UNDO, Optional.empty());
            // The action never came, or was refused, or is still under way to us: it must never be done.
            case NONE -> Step.to(new State.Working(Action.UNDO, Optional.empty()), new Effect.Fence());
            case UNDONE, FENCED, REJECTED -> leave(new SagaAnswer.Undone());
            // It may have been done and purged: to call it compensated would be a guess.
            case FORGOTTEN -> leave(new SagaAnswer.Refused(TOO_OLD));
            case RUNNING -> leaveAndAskAgain();
        };
    }

    private static Step<State, Effect> fenceFound(Evidence evidence) {
        return switch (evidence) {
            case NONE -> Step.to(new State.Working(Action.FENCE, Optional.empty()), new Effect.Fence());
            case FENCED, UNDONE, REJECTED -> leave(new SagaAnswer.Fenced());
            case ACTED -> leave(new SagaAnswer.Succeeded());
            case FORGOTTEN -> leave(new SagaAnswer.Refused(TOO_OLD));
            // Not until it is reported could anybody say which it is.
            case ACCEPTED, RUNNING -> leaveAndAskAgain();
        };
    }

    private static Step<State, Effect> onWorking(State.Working working, Input input) {
        return switch (input) {
            case Input.Committed _ ->
                switch (working.action()) {
                    case ACT -> reply(new SagaAnswer.Succeeded());
                    case REPORT ->
                        reply(working.report()
                                .<SagaAnswer>map(SagaAnswer.Refused::new)
                                .orElse(new SagaAnswer.Succeeded()));
                    case UNDO -> reply(new SagaAnswer.Undone());
                    case FENCE -> reply(new SagaAnswer.Fenced());
                };
            case Input.CommittedToReport _ ->
                switch (working.action()) {
                    case ACT -> reply(new SagaAnswer.Accepted());
                    case REPORT, UNDO, FENCE -> askAgain();
                };
            case Input.Refused(var why) ->
                switch (working.action()) {
                    case ACT -> reply(new SagaAnswer.Refused(why));
                    case UNDO -> reply(new SagaAnswer.Failed(why));
                    case REPORT, FENCE -> askAgain();
                };
            // Whether it committed is unknown: the barrier will tell whoever asks again.
            case Input.Lost _ -> askAgain();
            case Input.ActAsked _, Input.UndoAsked _, Input.FenceAsked _, Input.Reported _, Input.Found _ ->
                Step.stay(working);
        };
    }

    private static final Refusal UNDONE =
            Refusal.of("step-compensated", "The step was compensated before this arrived.");

    private static final Refusal REJECTED =
            Refusal.of("step-rejected", "The service has reported that the step cannot be done.");

    private static final Refusal NEVER_ACCEPTED =
            Refusal.of("step-never-accepted", "Nothing is known of the step that is reported.");

    private static final Refusal TOO_OLD =
            Refusal.of("transaction-too-old", "The saga is older than this service remembers.");

    private static Step<State, Effect> enter(Action action, Optional<Refusal> report) {
        return Step.to(new State.Entering(action, report), new Effect.Enter(action));
    }

    private static Step<State, Effect> work(Action action, Optional<Refusal> report) {
        return Step.to(new State.Working(action, report), new Effect.Work(action, report));
    }

    private static Step<State, Effect> leave(SagaAnswer answer) {
        return Step.to(new State.Replied(), new Effect.Leave(), new Effect.Reply(answer));
    }

    private static Step<State, Effect> leaveAndAskAgain() {
        return Step.to(new State.Replied(), new Effect.Leave(), new Effect.AskAgain());
    }

    private static Step<State, Effect> reply(SagaAnswer answer) {
        return Step.to(new State.Replied(), new Effect.Reply(answer));
    }

    private static Step<State, Effect> askAgain() {
        return Step.to(new State.Replied(), new Effect.AskAgain());
    }
}
