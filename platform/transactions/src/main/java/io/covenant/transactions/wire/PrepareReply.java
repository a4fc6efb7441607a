package io.covenant.transactions.wire;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import org.jspecify.annotations.Nullable;

/// A branch's vote.
///
/// @param refusal present exactly with [Choice#NO]
public record PrepareReply(Choice vote, @Nullable Refusal refusal) {

    public enum Choice {
        YES,
        NO,
        READ_ONLY
    }

    private static final Refusal UNEXPLAINED = Refusal.of("unexplained", "The branch refused without a reason.");

    public static PrepareReply of(Vote vote) {
        return switch (vote) {
            case Vote.Yes _ -> new PrepareReply(Choice.YES, null);
            case Vote.ReadOnly _ -> new PrepareReply(Choice.READ_ONLY, null);
            case Vote.No(var refusal) -> new PrepareReply(Choice.NO, refusal);
        };
    }

    public Vote toVote() {
        return switch (vote) {
            case YES -> new Vote.Yes();
            case READ_ONLY -> new Vote.ReadOnly();
            case NO -> new Vote.No(refusal == null ? UNEXPLAINED : refusal);
        };
    }
}
