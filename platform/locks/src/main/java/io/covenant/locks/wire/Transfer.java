package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Hands leadership over.
///
/// @param to absent: whoever is up to date
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Transfer(@Nullable String to) {}
