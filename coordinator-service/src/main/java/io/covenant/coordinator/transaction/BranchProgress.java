package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import org.jspecify.annotations.Nullable;

/// What is known of one branch. Guarded by the lock of its [ProtocolLoop].
final class BranchProgress {

    final BranchId id;
    final String service;
    final String operation;

    /// Absent once nobody is to be asked any more.
    @Nullable
    Payload payload;

    PrepareReply.@Nullable Choice vote;

    @Nullable
    Refusal refusal;

    BranchState state = BranchState.WORKING;

    @Nullable
    String detail;

    /// A question is under way.
    boolean asking;
    /// It may have heard of us.
    boolean reached;

    int tries;
    /// When it was first asked, on the clock of [Surroundings#nanoTime].
    long firstAsked;

    boolean told;

    /// The abort that waits for its vote.
    Task.@Nullable Tell untold;

    /// No abort waits for its vote any more.
    boolean waited;

    BranchProgress(BranchId id, String service, String operation, @Nullable Payload payload) {
        this.id = id;
        this.service = service;
        this.operation = operation;
        this.payload = payload;
    }

    void votes(Vote cast) {
        payload = null;
        switch (cast) {
            case Vote.Yes _ -> {
                vote = PrepareReply.Choice.YES;
                state = BranchState.PREPARED;
            }
            case Vote.ReadOnly _ -> {
                vote = PrepareReply.Choice.READ_ONLY;
                state = BranchState.READ_ONLY;
            }
            case Vote.No(var why) -> {
                vote = PrepareReply.Choice.NO;
                refusal = Storable.refusal(why);
                state = BranchState.ABORTED;
            }
        }
    }

    BranchStatus status() {
        return new BranchStatus(id.name(), vote, refusal, state, detail, null);
    }
}
