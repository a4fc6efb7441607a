package io.covenant.transactions.threephase;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Vote;
import io.covenant.transactions.simulated.BranchWork;
import java.util.List;

/// What coordinators and participants say to each other. Any of it may be lost, doubled, and arrive late.
sealed interface Message {

    /// @param works of all branches: the electorate, and where each is
    record Prepare(BranchId branch, List<BranchWork> works) implements Message {}

    record Voted(BranchId branch, Vote vote) implements Message {}

    record Ask(BranchId branch, ThreePhaseParticipant.Request request) implements Message {}

    /// What a site answers.
    record Answered(BranchId branch, ThreePhaseCommit.Input answer) implements Message {}

    record Tell(BranchId branch, Outcome outcome) implements Message {}

    record Acked(BranchId branch, Ack ack) implements Message {}

    /// Participant to coordinator: nobody tells me what became of this branch.
    record Inquire(BranchId branch, List<BranchWork> works) implements Message {}
}
