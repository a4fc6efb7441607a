package io.covenant.coordinator.transaction;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.saga.SagaExecution.Ask;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One question to a saga's step.
///
/// @param operation the step's action; to undo, its compensation
/// @param patience  how long to wait for the answer
public record StepCall(
        BranchId step,
        String service,
        Ask ask,
        String operation,
        Payload payload,
        Duration patience,
        @Nullable String requestId) {}
