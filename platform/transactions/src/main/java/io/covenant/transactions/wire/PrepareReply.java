package io.covenant.transactions.wire;

import io.covenant.transactions.Refusal;
import io.covenant.transactions.Vote;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A branch's vote.
///
/// @param refusal present exactly with [Choice#NO]
public record PrepareReply(Choice vote, @Nullable Reason refusal) {

    public enum Choice {
        YES,
        NO,
        READ_ONLY
    }

    /// A refusal as participants may tell it. Whatever they leave out, it is a refusal.
    public record Reason(
            @Nullable String code,
            @Nullable String detail,
            @Nullable Map<String, String> parameters) {

        private static final Reason NONE = new Reason(null, null, null);

        static Reason of(Refusal refusal) {
            return new Reason(refusal.code(), refusal.detail(), refusal.parameters());
        }

        static Refusal toRefusal(@Nullable Reason told) {
            return (told == null ? NONE : told).toRefusal();
        }

        private Refusal toRefusal() {
            return new Refusal(
                    Objects.requireNonNullElse(code, "unexplained"),
                    Objects.requireNonNullElse(detail, "The branch refused without a reason."),
                    parameters == null ? Map.of() : parameters);
        }
    }

    public static PrepareReply of(Vote vote) {
        return switch (vote) {
            case Vote.Yes _ -> new PrepareReply(Choice.YES, null);
            case Vote.ReadOnly _ -> new PrepareReply(Choice.READ_ONLY, null);
            case Vote.No(var refusal) -> new PrepareReply(Choice.NO, Reason.of(refusal));
        };
    }

    public Vote toVote() {
        return switch (vote) {
            case YES -> new Vote.Yes();
            case READ_ONLY -> new Vote.ReadOnly();
            case NO -> new Vote.No(Reason.toRefusal(refusal));
        };
    }
}
