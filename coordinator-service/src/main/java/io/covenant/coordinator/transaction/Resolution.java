package io.covenant.coordinator.transaction;

import io.covenant.transactions.Decision;

/// How an attempt came out, for whoever waits.
sealed interface Resolution {

    record Decided(Decision decision) implements Resolution {}

    /// Another attempt has this id.
    record Elsewhere() implements Resolution {}

    /// No branch has heard of it.
    record NotBegun() implements Resolution {}
}
