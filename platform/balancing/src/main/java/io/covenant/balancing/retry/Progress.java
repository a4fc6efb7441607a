package io.covenant.balancing.retry;

/// How far a failed try had come.
public enum Progress {
    /// No byte left: refused, no connection in time, nobody to ask.
    NOTHING_SENT,
    /// The instance may have done the work.
    SENT,
    /// Part of the answer went to the client already.
    ANSWER_BEGUN
}
