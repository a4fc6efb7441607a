package io.covenant.transactions.wire;

import io.covenant.transactions.tcc.TryAnswer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A branch's answer to a try.
///
/// @param holdsMillis present exactly with [Answer#RESERVED]: how long until the branch asks what becomes of it,
///                    counted from when it was asked
/// @param refusal     present exactly with [Answer#REFUSED]
public record TryReply(Answer answer, @Nullable Long holdsMillis, PrepareReply.@Nullable Reason refusal) {

    public enum Answer {
        RESERVED,
        REFUSED,
        /// There was nothing to reserve; the branch is over.
        NOTHING
    }

    public static TryReply of(TryAnswer answer) {
        return switch (answer) {
            case TryAnswer.Reserved(var holds) -> new TryReply(Answer.RESERVED, holds.toMillis(), null);
            case TryAnswer.Refused(var refusal) -> new TryReply(Answer.REFUSED, null, PrepareReply.Reason.of(refusal));
            case TryAnswer.Nothing _ -> new TryReply(Answer.NOTHING, null, null);
        };
    }

    /// Whoever says no time holds for none: it is to be decided at once.
    public TryAnswer toAnswer() {
        return switch (answer) {
            case RESERVED -> new TryAnswer.Reserved(Duration.ofMillis(holdsMillis == null ? 0 : holdsMillis));
            case REFUSED -> new TryAnswer.Refused(PrepareReply.Reason.toRefusal(refusal));
            case NOTHING -> new TryAnswer.Nothing();
        };
    }
}
