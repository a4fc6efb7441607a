package io.covenant.transactions.twophase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.Vote;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What clients, coordinators and participants say to each other. Any of it may be lost, doubled, and
/// arrive late.
sealed interface Message {

    /// Client to coordinator: run this, or say what became of it.
    record Run(TransactionId id, List<BranchWork> works, Duration deadline) implements Message {}

    /// Coordinator to client.
    ///
    /// @param outcome empty when not known yet
    record Answer(TransactionId id, Optional<Decision> outcome) implements Message {}

    record Prepare(BranchId branch, BranchWork work) implements Message {}

    record Voted(BranchId branch, Vote vote) implements Message {}

    record Tell(BranchId branch, Decision decision) implements Message {}

    record Acked(BranchId branch, Ack ack) implements Message {}

    /// Participant to coordinator: what became of this branch?
    record Inquire(BranchId branch) implements Message {}

    record Inquired(BranchId branch, OutcomeInquiry.Answer answer) implements Message {}
}
