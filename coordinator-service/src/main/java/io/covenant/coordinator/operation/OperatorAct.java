package io.covenant.coordinator.operation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Something that a person did, as the audit keeps it.
///
/// @param action in kebab case: `retry`, `finish`, `resolve`, `pause`, `resume`
/// @param target the transaction, branch or service
/// @param detail what came of it
record OperatorAct(
        long id,
        Instant at,
        String operator,
        String action,
        String target,
        String reason,
        @Nullable String detail) {

    /// One that is about to be done; the database gives it its number and its time.
    static OperatorAct of(String operator, String action, String target, String reason, @Nullable String detail) {
        return new OperatorAct(0, Instant.EPOCH, operator, action, target, reason, detail);
    }
}
