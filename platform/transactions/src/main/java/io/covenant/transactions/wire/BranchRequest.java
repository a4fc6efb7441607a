package io.covenant.transactions.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One branch of a transaction that is to be run; under `SAGA`, one step of it.
///
/// @param name         tells the branches of a transaction apart; the service's name when absent
/// @param service      who does it, by name
/// @param operation    what it does, one of the operations that the service declares
/// @param payload      the operation's input
/// @param compensation sagas only: the operation that undoes it
/// @param after        sagas only: the names of the steps that have to be done before
/// @param pivot        sagas only: whether the saga never goes back once this is done
/// @param retries      sagas only: how often and when it is tried again
public record BranchRequest<P>(
        @Nullable String name,
        String service,
        String operation,
        P payload,
        @Nullable String compensation,
        @Nullable List<String> after,
        @Nullable Boolean pivot,
        @Nullable Retries retries) {

    /// A branch of any protocol but a saga.
    public BranchRequest(@Nullable String name, String service, String operation, P payload) {
        this(name, service, operation, payload, null, null, null, null);
    }

    /// How often and when a step, or its compensation, is tried again. What is absent is as in
    /// [io.covenant.transactions.saga.RetryPolicy#standard()].
    ///
    /// @param attempts     how often in all
    /// @param firstMillis  the delay after the first failure; it doubles with each
    /// @param mostMillis   the longest delay
    /// @param withinMillis how long the step may take in all, reports included
    public record Retries(
            @Nullable Integer attempts,
            @Nullable Long firstMillis,
            @Nullable Long mostMillis,
            @Nullable Long withinMillis) {}
}
