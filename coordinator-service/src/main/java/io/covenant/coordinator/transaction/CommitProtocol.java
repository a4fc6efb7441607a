package io.covenant.coordinator.transaction;

/// The protocols that a transaction can be run under.
public enum CommitProtocol {
    /// Two-phase commit with presumed abort, see [io.covenant.transactions.twophase].
    TWO_PHASE,
    /// Three-phase commit that a quorum of databases can end, see [io.covenant.transactions.threephase].
    THREE_PHASE,
    /// Try, confirm, cancel: reservations under a decision, see [io.covenant.transactions.tcc].
    TCC,
    /// Steps that each commit on their own and are compensated, see [io.covenant.transactions.saga].
    SAGA,
    /// Paxos Commit over the coordinators, see [io.covenant.transactions.paxoscommit]. It has nothing to do with the
    /// store, so no drive of the engine runs it, see [QuorumTransactions].
    PAXOS_COMMIT
}
