package io.covenant.coordinator.transaction;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is unfinished, over all coordinators.
///
/// @param undecided   without a decision that the store knows of
/// @param unconfirmed decided, and some branch has not confirmed
/// @param hazards     transactions of which some branch is not as decided, finished ones included
/// @param oldest      when the oldest unfinished one began
public record Backlog(
        long undecided,
        long unconfirmed,
        long hazards,
        @Nullable Instant oldest) {}
