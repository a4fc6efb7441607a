package io.covenant.transactions.replay;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.onephase.OnePhaseCommit;
import io.covenant.transactions.onephase.OnePhaseCommit.Effect;
import io.covenant.transactions.onephase.OnePhaseCommit.Input;
import io.covenant.transactions.onephase.OnePhaseCommit.State;
import java.util.Optional;
import java.util.Set;

/// One-phase commit, which is two-phase commit of a single branch.
record OnePhaseReading() implements Reading<State, Input, Effect> {

    /// Whether only this protocol has such an event.
    static boolean isOf(String event) {
        return switch (event) {
            case "run-sent", "run-unanswered", "ran", "settle-sent", "settled" -> true;
            default -> false;
        };
    }

    @Override
    public Protocol<State, Input, Effect> protocol() {
        return new OnePhaseCommit();
    }

    @Override
    public Step<State, Effect> begin(Set<BranchId> branches) {
        return OnePhaseCommit.begin(branches.iterator().next());
    }

    @Override
    public Step<State, Effect> takeOver(Set<BranchId> branches) {
        return OnePhaseCommit.takeOver(branches.iterator().next());
    }

    @Override
    public Optional<Deed> deed(Effect effect) {
        return Optional.of(
                switch (effect) {
                    case Effect.Commit(var to) -> new Deed.Ask(to);
                    case Effect.Settle(var to) -> new Deed.Settle(to);
                    case Effect.Close(var decision) -> new Deed.Close(decision);
                    case Effect.End(var decision) -> new Deed.End(decision);
                });
    }

    @Override
    public Input voted(BranchId who, Vote vote) {
        return new Input.Answered(who, vote);
    }

    @Override
    public Input expired() {
        return new Input.Expired();
    }

    @Override
    public Optional<Input> chosen(Decision decision, Set<BranchId> sealed) {
        return Optional.empty();
    }

    @Override
    public Input acknowledged(BranchId who) {
        return new Input.Settled(who, Decision.ABORT);
    }

    @Override
    public Input hazard(BranchId who) {
        return new Input.Forgotten(who);
    }

    @Override
    public Optional<Input> committed(BranchId who) {
        return Optional.of(new Input.Settled(who, Decision.COMMIT));
    }

    @Override
    public String asking() {
        return "run";
    }

    @Override
    public String answered() {
        return "ran";
    }

    @Override
    public boolean isFinished(State state) {
        return state instanceof State.Finished;
    }
}
