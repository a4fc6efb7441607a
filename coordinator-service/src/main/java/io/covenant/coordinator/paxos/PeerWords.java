package io.covenant.coordinator.paxos;

import io.covenant.transactions.wire.TransactionResource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What coordinators say to each other over HTTP.
final class PeerWords {

    private PeerWords() {}

    /// Requests to an acceptor.
    record Asks(List<Ask> asks) {}

    /// @param request see [io.covenant.coordinator.acceptor.MessageCodec]
    record Ask(UUID id, String request) {}

    /// What the acceptor answers, in their order.
    record Answers(List<Answer> answers) {}

    /// @param reply absent where there is none
    record Answer(@Nullable String reply) {}

    /// What an acceptor has taken, for the leaders of its ballots.
    record Reports(String from, List<Report> reports) {}

    record Report(UUID id, String took) {}

    /// Transactions: those that are asked about, or those of them that are led.
    record Ids(List<UUID> ids) {}

    /// Transactions with all that is known of them where they are or were led.
    record Shown(List<TransactionResource> transactions) {}

    /// The disk of a member that wants to take part.
    record Introduced(String member, long disk) {}
}
