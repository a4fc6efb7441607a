package io.covenant.transactions.wire;

import java.time.Instant;

/// What a person made of a branch that was not as decided.
///
/// @param outcome what the branch is now, by that person's word: committed or aborted
/// @param by      who says so
public record Heuristic(OutcomeReply.Outcome outcome, String by, String reason, Instant at) {}
