package io.covenant.consensus.register;

/// What an acceptor is asked about one register.
public sealed interface Request {

    /// Phase 1: promise to take nothing from a lower ballot.
    record Prepare(Ballot ballot) implements Request {}

    /// Phase 2: take this value.
    record Accept(Ballot ballot, Value value) implements Request {}

    /// This value has been chosen; nothing else ever will be.
    record Close(Value chosen) implements Request {}
}
