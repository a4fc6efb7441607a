package io.covenant.benchmarks.measure;

/// How one piece of work ended, as its client was told.
public enum Ending {
    /// All of it happened.
    COMMITTED,
    /// Nothing of it happened, for a reason of the business.
    REFUSED,
    /// Nothing is known, or something went wrong; in a valid measurement there is none.
    UNCLEAR
}
