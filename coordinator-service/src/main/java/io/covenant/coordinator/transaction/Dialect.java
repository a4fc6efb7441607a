package io.covenant.coordinator.transaction;

import io.covenant.coordinator.transaction.Participants.PrepareAnswer.Voted;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Protocol;
import io.covenant.transactions.Step;
import io.covenant.transactions.wire.SettleReply.Settled;
import io.covenant.transactions.wire.TransactionResource;
import java.util.Set;

/// A protocol as [TransactionDriver] speaks it: one in which every branch is asked once for all, the register decides,
/// and every branch is told.
///
/// Has no state of its own.
///
/// @param <S> the protocol's states
/// @param <I> its inputs
/// @param <E> its effects
interface Dialect<S, I, E> {

    Protocol<S, I, E> protocol();

    // ---- what the branches hear

    Asking asking();

    Finish finish(Decision decision);

    // ---- what the protocol hears

    Step<S, E> begin(Set<BranchId> branches);

    Step<S, E> takeOver(Set<BranchId> branches);

    I answered(BranchId who, Voted answer);

    I chosen(Register register);

    /// The branch is as decided, or there was nothing for it to do.
    I done(BranchId who);

    /// The branch is not as decided.
    I hazard(BranchId who, Settled answer);

    /// Whoever was asked to settle has committed.
    ///
    /// @throws IllegalStateException where nobody is asked to
    default I committed(BranchId who) {
        throw new IllegalStateException("not asked to settle: " + who);
    }

    I expired();

    I retry();

    // ---- what the protocol says

    /// Whether what is closed is final even where the record to close is gone: whoever else has the transaction
    /// closes it with the same.
    default boolean isFinalWithoutRecord() {
        return false;
    }

    Task task(E effect);

    /// How far it is.
    TransactionResource.State shown(S state);

    /// Whether it still waits for the answer of a branch that was asked.
    boolean awaits(S state, BranchId branch);

    /// Whether it is decided that this branch commits, and the branch has not confirmed it yet.
    boolean commits(S state, BranchId branch);
}
