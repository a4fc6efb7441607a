package io.covenant.locks.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// A node of the service.
///
/// @param role    LEADER, FOLLOWER, CANDIDATE, LEARNER or UNKNOWN for one that does not answer
/// @param lag     entries behind the primary, as far as the answering node knows
/// @param address base URI of its HTTP API
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Member(
        String name,
        String role,
        @Nullable Long term,
        @Nullable Long commitIndex,
        @Nullable Long appliedIndex,
        @Nullable Long lag,
        @Nullable String address) {}
