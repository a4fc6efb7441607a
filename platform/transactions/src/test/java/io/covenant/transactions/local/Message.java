package io.covenant.transactions.local;

import io.covenant.transactions.Decision;
import io.covenant.transactions.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What clients and coordinators say to each other. Any of it may be lost, doubled, and arrive late; so may
/// all that is marked as [Spoken].
public sealed interface Message {

    /// Said over a network that may say it twice.
    interface Spoken {}

    /// Run this, or say what became of it.
    record Run(TransactionId id, Object plan, List<Work> works, Duration deadline) implements Message, Spoken {}

    /// @param outcome empty when not known yet
    record Answer(TransactionId id, Optional<Decision> outcome) implements Message, Spoken {}
}
