package io.covenant.transactions.twophase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.Vote;
import io.covenant.transactions.simulated.BranchWork;

/// What coordinators and participants say to each other. Any of it may be lost, doubled, and
/// arrive late.
sealed interface Message {

    record Prepare(BranchId branch, BranchWork work) implements Message {}

    record Voted(BranchId branch, Vote vote) implements Message {}

    record Tell(BranchId branch, Decision decision) implements Message {}

    record Acked(BranchId branch, Ack ack) implements Message {}

    /// Participant to coordinator: what became of this branch?
    record Inquire(BranchId branch) implements Message {}

    record Inquired(BranchId branch, OutcomeInquiry.Answer answer) implements Message {}
}
