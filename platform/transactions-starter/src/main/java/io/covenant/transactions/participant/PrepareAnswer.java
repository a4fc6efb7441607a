package io.covenant.transactions.participant;

import io.covenant.transactions.Vote;

/// What is known after a branch was asked to prepare.
public sealed interface PrepareAnswer {

    /// It voted.
    record Voted(Vote vote) implements PrepareAnswer {}

    /// The same branch is being worked on by an earlier request; ask again.
    record Ongoing() implements PrepareAnswer {}

    /// The database did not tell; ask again.
    record Unknown(String reason) implements PrepareAnswer {}
}
