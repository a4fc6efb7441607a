package io.covenant.transactions.wire;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A transaction as its coordinators show it.
///
/// @param outcome    present once it is decided, for ever the same
/// @param refusal    why it aborted, when a branch said why
/// @param owner      the coordinator that drives it, or drove it last
/// @param finishedAt when the last branch confirmed
public record TransactionResource(
        UUID id,
        String name,
        String protocol,
        State state,
        OutcomeReply.@Nullable Outcome outcome,
        @Nullable BranchRefusal refusal,
        Instant deadline,
        String owner,
        String attempt,
        List<Branch> branches,
        List<Event> timeline,
        Instant createdAt,
        @Nullable Instant decidedAt,
        @Nullable Instant finishedAt) {

    public TransactionResource {
        branches = List.copyOf(branches);
        timeline = List.copyOf(timeline);
    }

    public enum State {
        /// Some votes are missing.
        VOTING,
        /// The decision is on its way into the register.
        DECIDING,
        /// Decided to commit; some branches have not confirmed.
        COMMITTING,
        /// Decided to abort; some branches have not confirmed.
        ABORTING,
        COMMITTED,
        ABORTED,
        /// Decided, and some branch is not as decided: a person has to look.
        HAZARD,
        /// A saga whose steps are being done.
        EXECUTING,
        /// A saga that goes back: steps are being compensated.
        COMPENSATING,
        /// A saga of which nothing is under way, and something failed for good: a person has to help.
        STUCK
    }

    /// Which branch refused, and why.
    public record BranchRefusal(String branch, String code, String detail, Map<String, String> parameters) {}

    /// @param heuristic what a person made of it, where it was not as decided
    public record Branch(
            String name,
            String gid,
            String service,
            String operation,
            PrepareReply.@Nullable Choice vote,
            @Nullable BranchRefusal refusal,
            BranchState state,
            @Nullable String detail,
            @Nullable Heuristic heuristic) {}

    public enum BranchState {
        /// Asked to do its work; no answer that counts yet.
        WORKING,
        /// It can go either way: it is prepared, or has reserved.
        PREPARED,
        COMMITTED,
        ABORTED,
        READ_ONLY,
        HAZARD,
        /// A saga's step that nobody is known to have asked.
        PLANNED,
        /// A saga's step that will report later.
        ACCEPTED,
        /// A saga's step that is done.
        DONE,
        /// A saga's step that is to be compensated.
        UNDOING,
        /// A saga's step that is compensated, or that never was done and never will be.
        UNDONE,
        /// A saga's step that failed for good, or whose compensation did: a person has to help.
        STUCK
    }

    /// @param atMicros since the begin
    /// @param branch   whom it concerns, when not the transaction as a whole
    public record Event(
            Instant at,
            long atMicros,
            String event,
            @Nullable String branch,
            @Nullable String detail) {}
}
