package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.tcc.Settlement;
import io.covenant.transactions.tcc.Settlement.Finding;
import io.covenant.transactions.tcc.TryAnswer;
import io.covenant.transactions.tcc.TryConfirmCancel;
import io.covenant.transactions.tcc.TryConfirmCancel.Effect;
import io.covenant.transactions.tcc.TryConfirmCancel.Input;
import io.covenant.transactions.tcc.TryConfirmCancel.State;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/// Try, confirm, cancel: branches reserve, and use the reservation or give it back.
record TccDialect() implements Dialect<State, Input, Effect> {

    @Override
    public Protocol<State, Input, Effect> protocol() {
        return new TryConfirmCancel();
    }

    @Override
    public Asking asking() {
        return Asking.TRY;
    }

    @Override
    public Finish finish(Decision decision) {
        return Finish.ofReserved(decision);
    }

    @Override
    public Step<State, Effect> begin(Set<BranchId> branches) {
        return TryConfirmCancel.begin(branches);
    }

    @Override
    public Step<State, Effect> takeOver(Set<BranchId> branches) {
        return TryConfirmCancel.takeOver(branches);
    }

    @Override
    public Input answered(BranchId who, Voted answer) {
        return new Input.Tried(
                who,
                switch (answer.vote()) {
                    case Vote.Yes _ ->
                        new TryAnswer.Reserved(Objects.requireNonNullElse(answer.holds(), Duration.ZERO));
                    case Vote.ReadOnly _ -> new TryAnswer.Nothing();
                    case Vote.No(var refusal) -> new TryAnswer.Refused(refusal);
                });
    }

    @Override
    public Input chosen(Register register) {
        var chosen = register.chosen();
        return new Input.Chosen(chosen.decision(), chosen.sealed());
    }

    @Override
    public Input done(BranchId who) {
        return new Input.Settled(who, new Settlement.Done());
    }

    @Override
    public Input hazard(BranchId who, Settled answer) {
        var finding = Objects.requireNonNullElse(answer.finding(), Finding.RESERVATION_GONE);
        return new Input.Settled(who, new Settlement.Hazard(finding));
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
            case Effect.Try(var to) -> new Task.Ask(to);
            case Effect.ExpireAfter(var tried, var holds) -> new Task.ExpireAfter(tried, holds);
            case Effect.Propose(var decision, var sealed) -> new Task.Propose(decision, sealed);
            case Effect.Confirm(var to) -> new Task.Tell(to, Decision.COMMIT);
            case Effect.Cancel(var to) -> new Task.Tell(to, Decision.ABORT);
            case Effect.Answer(var decision) -> new Task.Answer(decision);
            case Effect.Close(var decision) -> new Task.Close(decision);
            case Effect.End(var decision) -> new Task.End(decision);
        };
    }

    @Override
    public TransactionResource.State shown(State state) {
        return switch (state) {
            case State.Trying _ -> TransactionResource.State.VOTING;
            case State.Deciding _ -> TransactionResource.State.DECIDING;
            case State.Confirming _ -> TransactionResource.State.COMMITTING;
            case State.Cancelling _ -> TransactionResource.State.ABORTING;
            case State.Finished(var decision, var hazards) -> View.finished(decision, !hazards.isEmpty());
        };
    }

    @Override
    public boolean awaits(State state, BranchId branch) {
        return state instanceof State.Trying trying && trying.awaiting().contains(branch);
    }

    @Override
    public boolean commits(State state, BranchId branch) {
        return state instanceof State.Confirming confirming
                && confirming.unsettled().get(branch) == Decision.COMMIT;
    }
}
