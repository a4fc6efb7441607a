package io.covenant.transactions.wire;

import org.jspecify.annotations.Nullable;

/// What a coordinator knows of an attempt that it was asked to terminate.
///
/// @param decided          present once it is decided
/// @param retryAfterMillis present while it is not
public record TerminateReply(
        @Nullable DecidedOutcome decided, @Nullable Long retryAfterMillis) {}
