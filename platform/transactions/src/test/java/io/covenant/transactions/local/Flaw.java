package io.covenant.transactions.local;

/// A mistake in what surrounds the cores: in a database, in the store, or in how they are used.
public enum Flaw {
    /// The store reports a decision before it is forced.
    DECISION_NOT_FORCED,
    /// The store takes COMMIT from an attempt whose begin record is lost.
    COMMIT_WITHOUT_RECORD,
    /// The store takes decisions from an owner that has been superseded.
    EPOCH_IGNORED,
    /// A take-over of a saga is answered before its epoch is forced.
    EPOCH_NOT_FORCED,
    /// A saga's begin record is answered before it is forced.
    BEGIN_NOT_FORCED,
    /// The barrier row of the work is committed on its own, before the work.
    BARRIER_OUTSIDE,
    /// The work is answered before it is durable.
    WORK_NOT_FORCED,
    /// The fence is answered before it is durable.
    FENCE_NOT_FORCED,
    /// An undoing that finds nothing leaves no fence.
    UNFENCED,
    /// An undoing does not wait for work that is under way.
    KEYS_NOT_TAKEN,
    /// Work is accepted however old its transaction is.
    AGE_IGNORED
}
