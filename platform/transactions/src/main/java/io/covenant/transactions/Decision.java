package io.covenant.transactions;

/// What becomes of a transaction; taken once, for all of its branches.
public enum Decision {
    COMMIT,
    ABORT
}
