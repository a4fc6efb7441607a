package io.covenant.transactions;

/// A branch's answer to a decision.
public enum Ack {
    /// The branch is as decided, and the evidence says so.
    DONE,
    /// The branch is not, or cannot be shown to be, as decided: a prepared transaction was removed or
    /// finished behind our back. A person has to look.
    HAZARD
}
