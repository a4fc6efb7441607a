package io.covenant.transactions.replay;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.Vote;
import java.util.Optional;
import java.util.Set;

/// How the timeline of a protocol that decides by the register is read.
///
/// @param <S> the protocol's states
/// @param <I> its inputs
/// @param <E> its effects
interface Reading<S, I, E> {

    /// What a coordinator was asked for, in the words of every such protocol.
    sealed interface Deed {

        /// To send the work.
        record Ask(BranchId to) implements Deed {}

        record Propose(Decision decision, Set<BranchId> sealed) implements Deed {}

        record Tell(BranchId to, Decision decision) implements Deed {}

        /// To have a branch tell what it has done.
        record Settle(BranchId to) implements Deed {}

        /// To let the client hear what the register holds.
        record Answer(Decision decision) implements Deed {}

        /// To let the client hear it without the register.
        record Close(Decision decision) implements Deed {}

        record End(Decision decision) implements Deed {}
    }

    Protocol<S, I, E> protocol();

    Step<S, E> begin(Set<BranchId> branches);

    Step<S, E> takeOver(Set<BranchId> branches);

    /// Empty for what no timeline shows.
    Optional<Deed> deed(E effect);

    I voted(BranchId who, Vote vote);

    I expired();

    /// Empty where the register has no say.
    Optional<I> chosen(Decision decision, Set<BranchId> sealed);

    I acknowledged(BranchId who);

    I hazard(BranchId who);

    /// Empty where no branch tells so.
    default Optional<I> committed(BranchId who) {
        return Optional.empty();
    }

    /// What asking a branch is called in events.
    String asking();

    /// The event that says that a branch answers.
    String answered();

    boolean isFinished(S state);
}
