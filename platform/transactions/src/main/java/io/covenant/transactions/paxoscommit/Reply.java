package io.covenant.transactions.paxoscommit;

import java.util.Optional;

/// What an acceptor answers about one transaction.
public sealed interface Reply {

    /// Phase 1b: nothing from a lower ballot will be taken.
    record Promised(Ballot ballot, Optional<Accepted> accepted) implements Reply {}

    /// Phase 2b of all registers.
    record Took(Ballot ballot, Outcome outcome) implements Reply {}

    /// A higher ballot was promised to.
    record Outbid(Ballot ballot, Ballot promised) implements Reply {}

    /// This was chosen.
    record Closed(Outcome outcome, boolean ended) implements Reply {}

    /// The transaction is older than all that this acceptor remembers, or was dropped by it; it takes nothing of it,
    /// ever.
    record Forgotten() implements Reply {}
}
