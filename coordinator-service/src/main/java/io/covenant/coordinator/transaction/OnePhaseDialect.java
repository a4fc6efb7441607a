package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.onephase.OnePhaseCommit;
import io.covenant.transactions.onephase.OnePhaseCommit.Effect;
import io.covenant.transactions.onephase.OnePhaseCommit.Input;
import io.covenant.transactions.onephase.OnePhaseCommit.State;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import java.util.Set;

/// One-phase commit: the only branch commits at once, and the register has no say.
record OnePhaseDialect() implements Dialect<State, Input, Effect> {

    @Override
    public Protocol<State, Input, Effect> protocol() {
        return new OnePhaseCommit();
    }

    @Override
    public Asking asking() {
        return Asking.RUN;
    }

    @Override
    public Finish finish(Decision decision) {
        throw new IllegalStateException("the branch is told nothing");
    }

    @Override
    public Step<State, Effect> begin(Set<BranchId> branches) {
        return OnePhaseCommit.begin(only(branches));
    }

    @Override
    public Step<State, Effect> takeOver(Set<BranchId> branches) {
        return OnePhaseCommit.takeOver(only(branches));
    }

    private static BranchId only(Set<BranchId> branches) {
        if (branches.size() != 1) {
            throw new IllegalArgumentException("one branch commits in one phase, not " + branches);
        }
        return branches.iterator().next();
    }

    @Override
    public Input answered(BranchId who, Voted answer) {
        return new Input.Answered(who, answer.vote());
    }

    @Override
    public Input chosen(Register register) {
        throw new IllegalStateException("the register is not asked about " + register.id());
    }

    @Override
    public Input done(BranchId who) {
        return new Input.Settled(who, Decision.ABORT);
    }

    @Override
    public Input committed(BranchId who) {
        return new Input.Settled(who, Decision.COMMIT);
    }

    @Override
    public Input hazard(BranchId who, Settled answer) {
        return new Input.Forgotten(who);
    }

    @Override
    public Input expired() {
        return new Input.Expired();
    }

    @Override
    public Input retry() {
        return new Input.Retry();
    }

    @Override
    public boolean isFinalWithoutRecord() {
        return true;
    }

    @Override
    public Task task(Effect effect) {
        return switch (effect) {
            case Effect.Commit(var to) -> new Task.Ask(to);
            case Effect.Settle(var to) -> new Task.Settle(to);
            case Effect.Close(var decision) -> new Task.Close(decision);
            case Effect.End(var decision) -> new Task.End(decision);
        };
    }

    @Override
    public TransactionResource.State shown(State state) {
        return switch (state) {
            case State.Asking _ -> TransactionResource.State.VOTING;
            case State.Settling _ -> TransactionResource.State.DECIDING;
            case State.Finished(var decision, var hazard) -> View.finished(decision, hazard);
        };
    }

    @Override
    public boolean awaits(State state, BranchId branch) {
        return state instanceof State.Asking(var asked) && asked.equals(branch);
    }

    @Override
    public boolean commits(State state, BranchId branch) {
        return false;
    }
}
