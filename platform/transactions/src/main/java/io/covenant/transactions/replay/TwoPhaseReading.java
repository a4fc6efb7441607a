package io.covenant.transactions.replay;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import io.covenant.transactions.twophase.TwoPhaseCommit;
import io.covenant.transactions.twophase.TwoPhaseCommit.Effect;
import io.covenant.transactions.twophase.TwoPhaseCommit.Input;
import io.covenant.transactions.twophase.TwoPhaseCommit.State;
import java.util.Optional;
import java.util.Set;

/// Two-phase commit.
record TwoPhaseReading() implements Reading<State, Input, Effect> {

    @Override
    public Protocol<State, Input, Effect> protocol() {
        return new TwoPhaseCommit();
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
    public Optional<Deed> deed(Effect effect) {
        return Optional.of(
                switch (effect) {
                    case Effect.Prepare(var to) -> new Deed.Ask(to);
                    case Effect.Propose(var decision, var sealed) -> new Deed.Propose(decision, Set.copyOf(sealed));
                    case Effect.Tell(var to, var decision) -> new Deed.Tell(to, decision);
                    case Effect.Answer(var decision) -> new Deed.Answer(decision);
                    case Effect.Close(var decision) -> new Deed.Close(decision);
                    case Effect.End(var decision) -> new Deed.End(decision);
                });
    }

    @Override
    public Input voted(BranchId who, Vote vote) {
        return new Input.Voted(who, vote);
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
        return new Input.Acked(who, Ack.DONE);
    }

    @Override
    public Input hazard(BranchId who) {
        return new Input.Acked(who, Ack.HAZARD);
    }

    @Override
    public String asking() {
        return "prepare";
    }

    @Override
    public String answered() {
        return "voted";
    }

    @Override
    public boolean isFinished(State state) {
        return state instanceof State.Finished;
    }
}
