package io.covenant.consensus.register;

import java.util.Optional;

/// What an acceptor answers about one register.
public sealed interface Reply {

    /// To a prepare: nothing from a lower ballot will be taken.
    ///
    /// @param accepted what was taken before
    record Promised(Ballot ballot, Optional<Vote> accepted) implements Reply {}

    /// To an accept: it was taken.
    record Accepted(Vote vote) implements Reply {}

    /// To either: a higher ballot has been promised to.
    record Outbid(Ballot ballot, Ballot promised) implements Reply {}

    /// To anything: this value has been chosen.
    record Chosen(Value value) implements Reply {}

    /// To anything: the register was finished long ago, and is below the horizon.
    record Forgotten(long horizon) implements Reply {}
}
