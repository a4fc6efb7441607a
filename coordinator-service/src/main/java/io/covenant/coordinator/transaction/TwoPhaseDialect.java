package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.twophase.TwoPhaseCommit;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import java.util.Set;

/// Two-phase commit: branches prepare, and commit or roll back.
record TwoPhaseDialect() implements Dialect<State, Input, Effect> {

    @Override
    public Protocol<State, Input, Effect> protocol() {
        return new TwoPhaseCommit();
    }

    @Override
    public Asking asking() {
        return Asking.PREPARE;
    }

    @Override
    public Finish finish(Decision decision) {
        return Finish.ofPrepared(decision);
    }

    @Override
    public Step<State, Effect> begin(Set<BranchId> branches) {
        return TwoPhaseCommit.begin(branches);
    }

    @Override
    public Step<State, Effect> takeOver(Set<BranchId> branches) {
        return TwoPhaseCommit.takeOver(branches);
    }

    @Override
    public Input answered(BranchId who, Voted answer) {
        return new Input.Voted(who, answer.vote());
    }

    @Override
    public Input chosen(Register register) {
        return register.chosen();
    }

    @Override
    public Input done(BranchId who) {
        return new Input.Acked(who, Ack.DONE);
    }

    @Override
    public Input hazard(BranchId who, Settled answer) {
        return new Input.Acked(who, Ack.HAZARD);
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
    public Task task(Effect effect) {
        return switch (effect) {
            case Effect.Prepare(var to) -> new Task.Ask(to);
            case Effect.Propose(var decision, var sealed) -> new Task.Propose(decision, sealed);
            case Effect.Tell(var to, var decision) -> new Task.Tell(to, decision);
            case Effect.Answer(var decision) -> new Task.Answer(decision);
            case Effect.Close(var decision) -> new Task.Close(decision);
            case Effect.End(var decision) -> new Task.End(decision);
        };
    }

    @Override
    public TransactionResource.State shown(State state) {
        return switch (state) {
            case State.Voting _ -> TransactionResource.State.VOTING;
            case State.Deciding _ -> TransactionResource.State.DECIDING;
            case State.Telling telling -> View.unfinished(telling.decision());
            case State.Finished(var decision, var hazards) -> View.finished(decision, !hazards.isEmpty());
        };
    }

    @Override
    public boolean awaits(State state, BranchId branch) {
        return state instanceof State.Voting voting && voting.awaiting().contains(branch);
    }

    @Override
    public boolean commits(State state, BranchId branch) {
        return state instanceof State.Telling telling && telling.unacked().get(branch) == Decision.COMMIT;
    }
}
