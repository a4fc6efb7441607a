package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.Ack;
import io.covenant.transactions.BranchId;
import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import io.covenant.transactions.simulated.BranchWork;
import java.util.Optional;

/// What leaders, acceptors and participants say to each other. Any of it may be lost, doubled, and arrive late.
sealed interface Message {

    /// Leader to participant.
    record Prepare(BranchId branch, BranchWork work, Ballot ballot, Plan plan) implements Message {}

    /// Anybody to an acceptor.
    record Asked(TransactionId id, Request request) implements Message {}

    /// An acceptor to whoever asked, or to a leader.
    record Heard(TransactionId id, Reply reply) implements Message {}

    /// A participant to the leader that asked it to prepare.
    record Refused(BranchId branch) implements Message {}

    record Tell(BranchId branch, Decision decision) implements Message {}

    record Acked(BranchId branch, Ack ack) implements Message {}

    /// Participant to coordinator: what became of this branch?
    record Inquire(BranchId branch) implements Message {}

    /// To a participant that inquired.
    ///
    /// @param decision empty when a majority has forgotten
    record Inquired(BranchId branch, Optional<Decision> decision) implements Message {}
}
