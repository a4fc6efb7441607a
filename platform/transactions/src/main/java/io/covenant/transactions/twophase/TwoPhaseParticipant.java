package io.covenant.transactions.twophase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Effect;
import io.covenant.transactions.twophase.TwoPhaseParticipant.Input;
import io.covenant.transactions.twophase.TwoPhaseParticipant.State;

/// The participant's side of two-phase commit: one request about one branch, from its arrival to the reply.
///
/// What lasts lives in the participant's database and nowhere else: the prepared transaction, and the
/// *barrier row* of the branch, which the branch inserts as the first statement of its work. The row is the
/// evidence: visible as [Evidence#WORK] it says that the branch has committed, as [Evidence#FENCE] that it
/// never will. Any instance of the service can therefore answer any request.
public final class TwoPhaseParticipant implements Protocol<State, Input, Effect> {

    /// What the barrier row of a branch shows.
    public enum Evidence {
        /// No row: the branch never committed here.
        NONE,
        /// The branch's own row, inserted in its work: the work is committed.
        WORK,
        /// Put there by an abort: the branch must never be worked on again.
        FENCE,
        /// Inserted, and not committed: the branch is prepared.
        PREPARED,
        /// Inserted, and not committed: the branch is still being worked on, here or in another instance.
        RUNNING
    }

    /// Where the request stands.
    public sealed interface State {

        /// Arrived.
        record Idle() implements State {}

        /// In the business transaction: barrier row first, then the service's own method, then the flush.
        record Working() implements State {}

        /// `PREPARE TRANSACTION` is sent.
        record Preparing() implements State {}

        /// `COMMIT PREPARED` or `ROLLBACK PREPARED` is sent.
        record Finishing(Decision decision) implements State {}

        /// There was nothing prepared to commit; the barrier row will tell why.
        record Checking() implements State {}

        /// Nothing is prepared any more; the fence keeps it so.
        record Fencing() implements State {}

        /// The reply is given.
        record Replied() implements State {}
    }

    /// What the request hears.
    public sealed interface Input {

        /// The coordinator asks to do the work and to vote.
        record PrepareAsked() implements Input {}

        /// The coordinator, or its answer to an inquiry, tells the decision.
        record Told(Decision decision) implements Input {}

        /// The work is done and flushed.
        record Worked() implements Input {}

        /// The work is done, it only read, and its transaction is over.
        record WorkedReadOnly() implements Input {}

        /// The work, or `PREPARE TRANSACTION`, failed for good and is rolled back.
        record Refused(Refusal refusal) implements Input {}

        /// The barrier row could not be inserted, because it is there; or it was looked for.
        record Found(Evidence evidence) implements Input {}

        /// `PREPARE TRANSACTION` succeeded.
        record PrepareDone() implements Input {}

        /// The prepared transaction is committed or rolled back, durably.
        record PreparedFinished() implements Input {}

        /// The database knows no prepared transaction of this name.
        record NothingPrepared() implements Input {}

        /// The fence stands, durably.
        record Fenced() implements Input {}

        /// The database did not tell what became of the last request, or is busy with this branch.
        record Lost() implements Input {}
    }

    /// What the request asks for.
    public sealed interface Effect {

        /// Begin a transaction, insert the barrier row, do the work, flush.
        record Work() implements Effect {}

        /// `PREPARE TRANSACTION`, the very last act on the connection.
        record Prepare() implements Effect {}

        /// `COMMIT PREPARED` or `ROLLBACK PREPARED`.
        record Finish(Decision decision) implements Effect {}

        /// Read the barrier row.
        record Look() implements Effect {}

        /// Insert a fence where no barrier row is; force it.
        record Fence() implements Effect {}

        /// Reply to `prepare`.
        record Cast(Vote vote) implements Effect {}

        /// Reply to the decision.
        record Confirm(Ack ack) implements Effect {}

        /// Reply that this has to be asked again.
        record AskAgain() implements Effect {}
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Idle idle -> onIdle(idle, input);
            case State.Working working -> onWorking(working, input);
            case State.Preparing preparing -> onPreparing(preparing, input);
            case State.Finishing finishing -> onFinishing(finishing, input);
            case State.Checking checking -> onChecking(checking, input);
            case State.Fencing fencing -> onFencing(fencing, input);
            case State.Replied replied -> Step.stay(replied);
        };
    }

    private static Step<State, Effect> onIdle(State.Idle idle, Input input) {
        return switch (input) {
            case Input.PrepareAsked _ -> Step.to(new State.Working(), new Effect.Work());
            case Input.Told(var decision) -> finish(decision);
            case Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Refused _,
                    Input.Found _,
                    Input.PrepareDone _,
                    Input.PreparedFinished _,
                    Input.NothingPrepared _,
                    Input.Fenced _,
                    Input.Lost _ -> Step.stay(idle);
        };
    }

    private static Step<State, Effect> onWorking(State.Working working, Input input) {
        return switch (input) {
            case Input.Worked _ -> Step.to(new State.Preparing(), new Effect.Prepare());
            case Input.WorkedReadOnly _ -> vote(new Vote.ReadOnly());
            case Input.Refused(var refusal) -> vote(new Vote.No(refusal));
            case Input.Found(var evidence) ->
                switch (evidence) {
                    // The same prepare once more: the first one's vote may be lost.
                    case PREPARED, WORK -> vote(new Vote.Yes());
                    case FENCE -> vote(new Vote.No(FENCED));
                    case RUNNING, NONE -> askAgain();
                };
            case Input.Lost _ -> askAgain();
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.PrepareDone _,
                    Input.PreparedFinished _,
                    Input.NothingPrepared _,
                    Input.Fenced _ -> Step.stay(working);
        };
    }

    private static Step<State, Effect> onPreparing(State.Preparing preparing, Input input) {
        return switch (input) {
            case Input.PrepareDone _ -> vote(new Vote.Yes());
            // A PREPARE that fails is a rollback (PostgreSQL manual, PREPARE TRANSACTION).
            case Input.Refused(var refusal) -> vote(new Vote.No(refusal));
            // Whether it prepared is unknown, so neither yes nor no may be said.
            case Input.Lost _ -> askAgain();
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Found _,
                    Input.PreparedFinished _,
                    Input.NothingPrepared _,
                    Input.Fenced _ -> Step.stay(preparing);
        };
    }

    private static Step<State, Effect> onFinishing(State.Finishing finishing, Input input) {
        return switch (input) {
            case Input.PreparedFinished _ ->
                switch (finishing.decision()) {
                    case COMMIT -> confirm(Ack.DONE);
                    case ABORT -> fence();
                };
            case Input.NothingPrepared _ ->
                switch (finishing.decision()) {
                    case COMMIT -> Step.to(new State.Checking(), new Effect.Look());
                    case ABORT -> fence();
                };
            case Input.Lost _ -> askAgain();
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Refused _,
                    Input.Found _,
                    Input.PrepareDone _,
                    Input.Fenced _ -> Step.stay(finishing);
        };
    }

    private static Step<State, Effect> onChecking(State.Checking checking, Input input) {
        return switch (input) {
            case Input.Found(var evidence) ->
                switch (evidence) {
                    case WORK -> confirm(Ack.DONE);
                    // Decided to commit, and neither prepared nor committed: lost, or rolled back by hand.
                    case NONE, FENCE -> confirm(Ack.HAZARD);
                    case PREPARED, RUNNING -> askAgain();
                };
            case Input.Lost _ -> askAgain();
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Refused _,
                    Input.PrepareDone _,
                    Input.PreparedFinished _,
                    Input.NothingPrepared _,
                    Input.Fenced _ -> Step.stay(checking);
        };
    }

    private static Step<State, Effect> onFencing(State.Fencing fencing, Input input) {
        return switch (input) {
            case Input.Fenced _ -> confirm(Ack.DONE);
            case Input.Found(var evidence) ->
                switch (evidence) {
                    case FENCE -> confirm(Ack.DONE);
                    // Decided to abort, and committed: finished by hand.
                    case WORK -> confirm(Ack.HAZARD);
                    // A late prepare got in between.
                    case PREPARED -> finish(Decision.ABORT);
                    case RUNNING, NONE -> askAgain();
                };
            case Input.Lost _ -> askAgain();
            case Input.PrepareAsked _,
                    Input.Told _,
                    Input.Worked _,
                    Input.WorkedReadOnly _,
                    Input.Refused _,
                    Input.PrepareDone _,
                    Input.PreparedFinished _,
                    Input.NothingPrepared _ -> Step.stay(fencing);
        };
    }

    private static final Refusal FENCED =
            Refusal.of("branch-aborted", "The branch was aborted before this prepare arrived.");

    private static Step<State, Effect> finish(Decision decision) {
        return Step.to(new State.Finishing(decision), new Effect.Finish(decision));
    }

    private static Step<State, Effect> fence() {
        return Step.to(new State.Fencing(), new Effect.Fence());
    }

    private static Step<State, Effect> vote(Vote vote) {
        return Step.to(new State.Replied(), new Effect.Cast(vote));
    }

    private static Step<State, Effect> confirm(Ack ack) {
        return Step.to(new State.Replied(), new Effect.Confirm(ack));
    }

    private static Step<State, Effect> askAgain() {
        return Step.to(new State.Replied(), new Effect.AskAgain());
    }
}
