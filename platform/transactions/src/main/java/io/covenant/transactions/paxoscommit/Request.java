package io.covenant.transactions.paxoscommit;

import io.covenant.transactions.BranchId;

/// What an acceptor is asked about one transaction.
public sealed interface Request {

    /// Phase 1a of all registers: promise to take nothing from a lower ballot.
    record Claim(Ballot ballot) implements Request {}

    /// Phase 2a of a branch's register, sent by the branch itself when it is prepared, with that of the list of
    /// branches.
    record Cast(Ballot ballot, Plan plan, BranchId who) implements Request {}

    /// Phase 2a of all registers, sent by whoever finishes the transaction.
    record Accept(Ballot ballot, Outcome outcome) implements Request {}

    /// This was chosen.
    ///
    /// @param ended whether all branches have confirmed it, so that it may be forgotten some day
    record Close(Outcome outcome, boolean ended) implements Request {}

    /// A majority has forgotten the transaction: nothing that this acceptor holds about it can matter.
    record Drop() implements Request {}
}
