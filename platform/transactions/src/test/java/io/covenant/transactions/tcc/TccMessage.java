package io.covenant.transactions.tcc;

import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.local.Message;
import io.covenant.transactions.local.Work;
import io.covenant.transactions.twophase.OutcomeInquiry;

/// What coordinators and participants say to each other. Any of it may be lost, doubled, and arrive late.
sealed interface TccMessage extends Message.Spoken {

    record Try(BranchId branch, Work work) implements TccMessage {}

    record Tried(BranchId branch, TryAnswer answer) implements TccMessage {}

    /// Confirm or cancel.
    record Tell(BranchId branch, Work work, Decision decision) implements TccMessage {}

    record Settled(BranchId branch, Settlement settlement) implements TccMessage {}

    /// A reservation has been held long enough: what becomes of it?
    record Inquire(BranchId branch) implements TccMessage {}

    record Inquired(BranchId branch, OutcomeInquiry.Answer answer) implements TccMessage {}
}
