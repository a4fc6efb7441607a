package io.covenant.coordinator.paxos;

import io.covenant.coordinator.transaction.Payload;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource;
import io.covenant.transactions.wire.TransactionResource.BranchRefusal;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import org.jspecify.annotations.Nullable;

/// What a leader knows of one branch. Guarded by the lock of its [Leader].
final class LedBranch {

    final BranchId id;
    final String service;
    final String operation;

    /// Absent where nothing can be prepared: the leader took over.
    final @Nullable Payload payload;

    PrepareReply.@Nullable Choice vote;

    @Nullable
    Refusal refusal;

    BranchState state = BranchState.WORKING;

    @Nullable
    String detail;

    /// What a person made of it, where it is not as decided.
    @Nullable
    Heuristic heuristic;

    /// A prepare is under way.
    boolean asking;

    int prepares;

    /// A decision is under way.
    boolean telling;

    int tellings;

    /// Its service is left in peace; it is told when that is over.
    boolean silenced;

    /// An abort has waited long enough for the vote.
    boolean waited;

    LedBranch(BranchId id, String service, String operation, @Nullable Payload payload) {
        this.id = id;
        this.service = service;
        this.operation = operation;
        this.payload = payload;
    }

    boolean isPrepared() {
        return vote == PrepareReply.Choice.YES;
    }

    @Nullable
    BranchRefusal refusal() {
        var why = refusal;
        return why == null ? null : new BranchRefusal(id.name(), why.code(), why.detail(), why.parameters());
    }

    TransactionResource.Branch view() {
        return new TransactionResource.Branch(
                id.name(), id.gid(), service, operation, vote, refusal(), state, detail, heuristic);
    }
}
