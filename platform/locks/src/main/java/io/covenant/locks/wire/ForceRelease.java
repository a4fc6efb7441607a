package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Takes a lock from its holders.
///
/// @param token of the grant to end; absent: whoever holds it
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ForceRelease(String name, @Nullable Long token, String reason) {}
