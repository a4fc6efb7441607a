package io.covenant.transactions.replay;

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
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Try, confirm, cancel.
record TccReading() implements Reading<State, Input, Effect> {

    @Override
    public Protocol<State, Input, Effect> protocol() {
        return new TryConfirmCancel();
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
    public Optional<Deed> deed(Effect effect) {
        return switch (effect) {
            case Effect.Try(var to) -> Optional.of(new Deed.Ask(to));
            case Effect.ExpireAfter _ -> Optional.empty();
            case Effect.Propose(var decision, var sealed) ->
                Optional.of(new Deed.Propose(decision, Set.copyOf(sealed)));
            case Effect.Confirm(var to) -> Optional.of(new Deed.Tell(to, Decision.COMMIT));
            case Effect.Cancel(var to) -> Optional.of(new Deed.Tell(to, Decision.ABORT));
            case Effect.Answer(var decision) -> Optional.of(new Deed.Answer(decision));
            case Effect.Close(var decision) -> Optional.of(new Deed.Close(decision));
            case Effect.End(var decision) -> Optional.of(new Deed.End(decision));
        };
    }

    @Override
    public Input voted(BranchId who, Vote vote) {
        return new Input.Tried(
                who,
                switch (vote) {
                    case Vote.Yes _ -> new TryAnswer.Reserved(Duration.ZERO);
                    case Vote.ReadOnly _ -> new TryAnswer.Nothing();
                    case Vote.No(var refusal) -> new TryAnswer.Refused(refusal);
                });
    }

    @Override
    public Input expired() {
        return new Input.Expired();
    }

    @Override
    public Optional<Input> chosen(Decision decision, Set<BranchId> sealed) {
        return Optional.of(new Input.Chosen(decision, sealed));
    }

    @Override
    public Input acknowledged(BranchId who) {
        return new Input.Settled(who, new Settlement.Done());
    }

    @Override
    public Input hazard(BranchId who) {
        return new Input.Settled(who, new Settlement.Hazard(Finding.RESERVATION_GONE));
    }

    @Override
    public String asking() {
        return "try";
    }

    @Override
    public String answered() {
        return "tried";
    }

    @Override
    public boolean isFinished(State state) {
        return state instanceof State.Finished;
    }
}
