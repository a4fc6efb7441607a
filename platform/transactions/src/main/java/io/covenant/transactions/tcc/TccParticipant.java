package io.covenant.transactions.tcc;

import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Step;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.tcc.TccParticipant.Effect;
import io.covenant.transactions.tcc.TccParticipant.Input;
import io.covenant.transactions.tcc.TccParticipant.State;

/// The participant's side of try, confirm, cancel: one request about one branch, from its arrival to the
/// reply.
///
/// Each of the three is one local transaction that ends with the request. What lasts is what the service's
/// own tables hold reserved, and two *barrier rows*, inserted in those transactions: the *try row* by the
/// try, or as a fence by a cancel that finds none; the *end row* by the confirmation or the cancellation.
/// So an action and its evidence are never apart, and any instance of the service can answer any request at
/// any time.
public final class TccParticipant implements Protocol<State, Input, Effect> {

    /// What is to be done; each has its transaction.
    public enum Action {
        TRY,
        CONFIRM,
        CANCEL
    }

    /// What the barrier rows of a branch show.
    public enum Evidence {
        /// No row.
        NONE,
        /// Another transaction of this branch is under way, here or in another instance.
        RUNNING,
        /// Only the try row: reserved.
        TRIED,
        /// Both rows, the reservation was used.
        CONFIRMED,
        /// Both rows, the reservation was given back.
        CANCELLED,
        /// Both rows, and nothing was ever reserved: the cancellation came first.
        FENCED,
        /// No row, and the transaction is so old that no try of it is accepted any more: whatever rows
        /// there were may be purged.
        FORGOTTEN
    }

    /// Where the request stands.
    public sealed interface State {

        /// Arrived.
        record Idle() implements State {}

        /// In a local transaction that holds the keys of the branch's barrier rows.
        record Entering(Action action) implements State {}

        /// The service's method is called in that transaction, which then commits.
        record Working(Action action) implements State {}

        /// The time of the reservation is over; the coordinators are asked what becomes of it.
        record Asking() implements State {}

        /// The reply is given.
        record Replied() implements State {}
    }

    /// What the request hears.
    public sealed interface Input {

        /// The coordinator asks to reserve.
        record TryAsked() implements Input {}

        /// The coordinator, or its answer to an inquiry, tells the decision.
        record Told(Decision decision) implements Input {}

        /// The reservation has been held for as long as was promised.
        record HeldLongEnough() implements Input {}

        /// The transaction holds the keys, and the rows showed this; or it could not get them.
        record Found(Evidence evidence) implements Input {}

        /// The transaction is committed, durably.
        record Committed() implements Input {}

        /// The try found nothing to reserve; its transaction is rolled back.
        record NothingToDo() implements Input {}

        /// The service refuses, or its transaction failed for good; it is rolled back.
        record Refused(Refusal refusal) implements Input {}

        /// The service does not find what it had reserved; its transaction is rolled back.
        record ReservationGone() implements Input {}

        /// The database, or a coordinator, did not tell.
        record Lost() implements Input {}
    }

    /// What the request asks for.
    public sealed interface Effect {

        /// Begin a transaction and take the keys of the barrier rows, by inserting them: a try its row, a
        /// confirmation the end row, a cancellation both, each where it is missing. Report what was there
        /// before.
        record Enter(Action action) implements Effect {}

        /// Call the service's method, then commit.
        record Work(Action action) implements Effect {}

        /// Commit with the rows only: they fence the branch.
        record Fence() implements Effect {}

        /// Roll back.
        record Leave() implements Effect {}

        /// Ask the coordinators for the outcome, which decides it when nobody has.
        record Inquire() implements Effect {}

        /// Reply to `try` that it is reserved, for as long as the service promises.
        record Reserve() implements Effect {}

        /// Reply to `try` that there was nothing to reserve.
        record Nothing() implements Effect {}

        /// Reply to `try`.
        record Refuse(Refusal refusal) implements Effect {}

        /// Reply to `confirm` or `cancel`. A hazard is put on record before, other than of a forgotten
        /// branch, which may be a late duplicate that nobody waits for.
        record Settle(Settlement settlement) implements Effect {}

        /// Reply that this has to be asked again.
        record AskAgain() implements Effect {}
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Idle idle -> onIdle(idle, input);
            case State.Entering entering -> onEntering(entering, input);
            case State.Working working -> onWorking(working, input);
            case State.Asking asking -> onAsking(asking, input);
            case State.Replied replied -> Step.stay(replied);
        };
    }

    private static Step<State, Effect> onIdle(State.Idle idle, Input input) {
        return switch (input) {
            case Input.TryAsked _ -> enter(Action.TRY);
            case Input.Told(var decision) -> told(decision);
            case Input.HeldLongEnough _ -> Step.to(new State.Asking(), new Effect.Inquire());
            case Input.Found _,
                    Input.Committed _,
                    Input.NothingToDo _,
                    Input.Refused _,
                    Input.ReservationGone _,
                    Input.Lost _ -> Step.stay(idle);
        };
    }

    private static Step<State, Effect> onEntering(State.Entering entering, Input input) {
        return switch (input) {
            case Input.Found(var evidence) ->
                switch (entering.action()) {
                    case TRY -> tryFound(evidence);
                    case CONFIRM -> confirmFound(evidence);
                    case CANCEL -> cancelFound(evidence);
                };
            case Input.Lost _ -> askAgain();
            case Input.TryAsked _,
                    Input.Told _,
                    Input.HeldLongEnough _,
                    Input.Committed _,
                    Input.NothingToDo _,
                    Input.Refused _,
                    Input.ReservationGone _ -> Step.stay(entering);
        };
    }

    private static Step<State, Effect> tryFound(Evidence evidence) {
        return switch (evidence) {
            case NONE -> Step.to(new State.Working(Action.TRY), new Effect.Work(Action.TRY));
            // The same try once more: the first one's answer may be lost. Confirmed means that it was not.
            case TRIED, CONFIRMED -> leave(new Effect.Reserve());
            case CANCELLED, FENCED -> leave(new Effect.Refuse(CANCELLED));
            case FORGOTTEN -> leave(new Effect.Refuse(TOO_OLD));
            case RUNNING -> leave(new Effect.AskAgain());
        };
    }

    private static Step<State, Effect> confirmFound(Evidence evidence) {
        return switch (evidence) {
            case TRIED -> Step.to(new State.Working(Action.CONFIRM), new Effect.Work(Action.CONFIRM));
            case CONFIRMED -> leave(done());
            case NONE -> leave(hazard(Finding.NEVER_TRIED));
            case CANCELLED, FENCED -> leave(hazard(Finding.CANCELLED));
            case FORGOTTEN -> leave(hazard(Finding.FORGOTTEN));
            case RUNNING -> leave(new Effect.AskAgain());
        };
    }

    private static Step<State, Effect> cancelFound(Evidence evidence) {
        return switch (evidence) {
            case TRIED -> Step.to(new State.Working(Action.CANCEL), new Effect.Work(Action.CANCEL));
            // The try never came, or was refused, or is still under way to us: it must never reserve.
            case NONE -> Step.to(new State.Working(Action.CANCEL), new Effect.Fence());
            // Forgotten: nothing is reserved, and its age keeps out every try, so it needs no fence.
            case CANCELLED, FENCED, FORGOTTEN -> leave(done());
            case CONFIRMED -> leave(hazard(Finding.CONFIRMED));
            case RUNNING -> leave(new Effect.AskAgain());
        };
    }

    private static Step<State, Effect> onWorking(State.Working working, Input input) {
        return switch (input) {
            case Input.Committed _ ->
                switch (working.action()) {
                    case TRY -> reply(new Effect.Reserve());
                    case CONFIRM, CANCEL -> reply(done());
                };
            case Input.NothingToDo _ ->
                switch (working.action()) {
                    case TRY -> reply(new Effect.Nothing());
                    case CONFIRM, CANCEL -> askAgain();
                };
            case Input.Refused(var refusal) ->
                switch (working.action()) {
                    case TRY -> reply(new Effect.Refuse(refusal));
                    // What is decided cannot be refused: it is tried until it works.
                    case CONFIRM, CANCEL -> askAgain();
                };
            case Input.ReservationGone _ ->
                switch (working.action()) {
                    case CONFIRM -> reply(hazard(Finding.RESERVATION_GONE));
                    case TRY, CANCEL -> askAgain();
                };
            // Whether it committed is unknown: the barrier will tell whoever asks again.
            case Input.Lost _ -> askAgain();
            case Input.TryAsked _, Input.Told _, Input.HeldLongEnough _, Input.Found _ -> Step.stay(working);
        };
    }

    private static Step<State, Effect> onAsking(State.Asking asking, Input input) {
        return switch (input) {
            case Input.Told(var decision) -> told(decision);
            // Undecided, or nobody answers. The reservation stays: to give it back now could contradict a
            // COMMIT.
            case Input.Lost _ -> askAgain();
            case Input.TryAsked _,
                    Input.HeldLongEnough _,
                    Input.Found _,
                    Input.Committed _,
                    Input.NothingToDo _,
                    Input.Refused _,
                    Input.ReservationGone _ -> Step.stay(asking);
        };
    }

    private static final Refusal CANCELLED =
            Refusal.of("branch-cancelled", "The branch was cancelled before this try arrived.");

    private static final Refusal TOO_OLD =
            Refusal.of("transaction-too-old", "The transaction is older than this service remembers.");

    private static Step<State, Effect> told(Decision decision) {
        return enter(
                switch (decision) {
                    case COMMIT -> Action.CONFIRM;
                    case ABORT -> Action.CANCEL;
                });
    }

    private static Step<State, Effect> enter(Action action) {
        return Step.to(new State.Entering(action), new Effect.Enter(action));
    }

    private static Step<State, Effect> leave(Effect reply) {
        return Step.to(new State.Replied(), new Effect.Leave(), reply);
    }

    private static Step<State, Effect> reply(Effect reply) {
        return Step.to(new State.Replied(), reply);
    }

    private static Step<State, Effect> askAgain() {
        return reply(new Effect.AskAgain());
    }

    private static Effect done() {
        return new Effect.Settle(new Settlement.Done());
    }

    private static Effect hazard(Finding finding) {
        return new Effect.Settle(new Settlement.Hazard(finding));
    }
}
