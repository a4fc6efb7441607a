package io.covenant.transactions.saga;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.local.Message;
import io.covenant.transactions.local.Work;
import io.covenant.transactions.saga.SagaExecution.Ask;

/// What coordinators and participants say to each other. Any of it may be lost, doubled, and arrive late.
sealed interface SagaMessage extends Message.Spoken {

    record Asked(BranchId branch, Work work, Ask ask) implements SagaMessage {}

    /// In reply; a report answers the request for the action.
    record Answered(BranchId branch, Ask ask, SagaAnswer answer) implements SagaMessage {}
}
