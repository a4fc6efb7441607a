package io.covenant.transactions.onephase;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseCommit.Effect;
import io.covenant.transactions.onephase.OnePhaseCommit.Input;
import io.covenant.transactions.onephase.OnePhaseCommit.State;

/// The coordinator's side of one-phase commit, for a transaction with one branch.
///
/// It decides nothing. It hears that the branch has committed, or it settles: has the branch's barrier fenced, unless
/// the branch has committed, and takes what the barrier shows. A refusal is settled as well, since a duplicate of the
/// request may still do the work.
public final class OnePhaseCommit implements Protocol<State, Input, Effect> {

    /// Where it stands. All of it is volatile: whoever takes over settles.
    public sealed interface State {

        /// The branch is asked to do its work and to commit it.
        record Asking(BranchId branch) implements State {}

        /// The branch is asked what its barrier shows, once nothing can change that any more.
        record Settling(BranchId branch) implements State {}

        /// Nobody waits for anything any more.
        ///
        /// @param hazard whether nobody can tell: the service has forgotten what it did
        record Finished(Decision decision, boolean hazard) implements State {}
    }

    /// What it hears.
    public sealed interface Input {

        /// The branch answered: yes is that it has committed, read-only that there was nothing to commit.
        record Answered(BranchId who, Vote vote) implements Input {}

        /// The barrier shows this, durably and for ever.
        record Settled(BranchId who, Decision found) implements Input {}

        /// The barrier row, if there was one, is forgotten.
        record Forgotten(BranchId who) implements Input {}

        /// The deadline has passed.
        record Expired() implements Input {}

        /// The branch has not answered for a while.
        record Retry() implements Input {}
    }

    /// What it asks for.
    public sealed interface Effect {

        /// Send the work, to be done and committed.
        record Commit(BranchId to) implements Effect {}

        /// Have the fence put up unless the branch has committed; force it; report which of the two it is.
        record Settle(BranchId to) implements Effect {}

        /// Close the begin record with this decision, without force, then let the client hear it. Where the record is
        /// lost or another's, the client may hear it all the same: everybody finds what the barrier shows.
        record Close(Decision decision) implements Effect {}

        /// Record the end, without force.
        record End(Decision decision) implements Effect {}
    }

    /// Starts with the branch's work.
    public static Step<State, Effect> begin(BranchId branch) {
        return Step.to(new State.Asking(branch), new Effect.Commit(branch));
    }

    /// Finishes what another coordinator left.
    public static Step<State, Effect> takeOver(BranchId branch) {
        return settle(branch);
    }

    @Override
    public Step<State, Effect> on(State state, Input input) {
        return switch (state) {
            case State.Asking asking -> onAsking(asking, input);
            case State.Settling settling -> onSettling(settling, input);
            case State.Finished finished -> Step.stay(finished);
        };
    }

    private static Step<State, Effect> onAsking(State.Asking asking, Input input) {
        var branch = asking.branch();
        return switch (input) {
            case Input.Answered(var who, var _) when !who.equals(branch) -> Step.stay(asking);
            case Input.Answered(var _, var vote) ->
                switch (vote) {
                    case Vote.Yes _, Vote.ReadOnly _ -> finish(Decision.COMMIT, false);
                    case Vote.No _ -> settle(branch);
                };
            case Input.Expired _ -> settle(branch);
            case Input.Retry _ -> Step.to(asking, new Effect.Commit(branch));
            case Input.Settled _, Input.Forgotten _ -> Step.stay(asking);
        };
    }

    private static Step<State, Effect> onSettling(State.Settling settling, Input input) {
        var branch = settling.branch();
        return switch (input) {
            case Input.Settled(var who, var found) when who.equals(branch) -> finish(found, false);
            case Input.Forgotten(var who) when who.equals(branch) -> finish(Decision.ABORT, true);
            // It came late, and is as good: what has committed no fence undoes.
            case Input.Answered(var who, Vote.Yes _) when who.equals(branch) -> finish(Decision.COMMIT, false);
            case Input.Retry _ -> settle(branch);
            case Input.Answered _, Input.Settled _, Input.Forgotten _, Input.Expired _ -> Step.stay(settling);
        };
    }

    private static Step<State, Effect> settle(BranchId branch) {
        return Step.to(new State.Settling(branch), new Effect.Settle(branch));
    }

    private static Step<State, Effect> finish(Decision decision, boolean hazard) {
        return Step.to(new State.Finished(decision, hazard), new Effect.Close(decision), new Effect.End(decision));
    }
}
