package io.covenant.locks.fencing;

import java.time.Instant;

/// Somebody came to a resource with a token that was too old, and was refused.
///
/// @param given   the token that was too old
/// @param current the highest one that the resource had seen
/// @param who     came
/// @param reason  and what for, in words
public record FenceRefusal(long id, Instant at, String resource, long given, long current, String who, String reason) {}
