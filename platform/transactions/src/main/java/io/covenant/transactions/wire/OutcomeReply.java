package io.covenant.transactions.wire;

import org.jspecify.annotations.Nullable;

/// What became of a transaction, or of the branch that the inquiry named.
///
/// @param retryAfterMillis present exactly with [Outcome#UNDECIDED]
public record OutcomeReply(Outcome outcome, @Nullable Long retryAfterMillis) {

    public enum Outcome {
        COMMITTED,
        ABORTED,
        UNDECIDED
    }
}
