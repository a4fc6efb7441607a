package io.covenant.transactions.simulated;

import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What clients and coordinators say to each other. Any of it may be lost, doubled, and arrive late.
public sealed interface ClientMessage {

    /// Client to coordinator: run this, or say what became of it.
    record Run(TransactionId id, List<BranchWork> works, Duration deadline) implements ClientMessage {}

    /// Coordinator to client.
    ///
    /// @param outcome empty when not known yet
    record Answer(TransactionId id, Optional<Decision> outcome) implements ClientMessage {}
}
