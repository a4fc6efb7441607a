package io.covenant.coordinator.transaction;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.covenant.transactions.Refusal;
import io.covenant.transactions.wire.Heuristic;
import io.covenant.transactions.wire.PrepareReply;
import io.covenant.transactions.wire.TransactionResource.BranchState;
import org.jspecify.annotations.Nullable;

/// Where a branch stands, as far as its coordinator knows.
///
/// @param refusal   present with a vote of NO
/// @param heuristic what a person made of it, where it was not as decided
@JsonInclude(JsonInclude.Include.NON_NULL)
record BranchStatus(
        String name,
        PrepareReply.@Nullable Choice vote,
        @Nullable Refusal refusal,
        BranchState state,
        @Nullable String detail,
        @Nullable Heuristic heuristic) {}
