package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Whether the grant is still held.
///
/// @param current token of the name's holder, when another holds it
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Verified(boolean valid, @Nullable Long current) {}
