package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// Who leads.
///
/// @param session absent when nobody does
/// @param value   that the leader proclaims
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ElectionView(
        String name,
        @Nullable Long session,
        @Nullable String sessionName,
        @Nullable Long token,
        @Nullable String value) {}
