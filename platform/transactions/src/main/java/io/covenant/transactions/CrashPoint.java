package io.covenant.transactions;

/// The places between two durable effects of a transaction, where dying must do no harm.
public enum CrashPoint {
    /// Coordinator: asked to run a transaction, nothing stored.
    C0_BEFORE_BEGIN,
    /// Coordinator: the begin record is stored, no branch has heard.
    C1_BEGIN_STORED,
    /// Participant: the branch's work is done, nothing of it prepared.
    C2_BRANCH_EXECUTED,
    /// Participant: only the barrier row is inserted.
    C3_BARRIER_INSERTED,
    /// Participant: all is flushed, `PREPARE TRANSACTION` comes next.
    C4_BEFORE_PREPARE,
    /// Participant: prepared, the vote is not sent.
    C5_PREPARED,
    /// Coordinator: all votes are in, no decision is forced.
    C6_VOTES_IN,
    /// Coordinator: the decision is forced, nobody was told.
    C7_DECISION_FORCED,
    /// Coordinator: one branch was told, the others were not.
    C8_ONE_BRANCH_TOLD,
    /// Participant: `COMMIT PREPARED` is done, or the commit of a try, a settlement or a step; the answer is not sent.
    C9_COMMITTED_BEFORE_ACK,
    /// Coordinator: every branch has acknowledged, the end is not recorded.
    C10_ALL_ACKED,
    /// Coordinator: one transaction of those that a dead one left goes on here, the others are claimed.
    C11_TAKEN_OVER,
    /// Acceptor, or site of a three-phase commit: what it accepts is forced to disk, the answer is not sent.
    C12_ACCEPTED,
    /// Coordinator: asking has decided a transaction, whoever asked has not heard.
    C13_INQUIRY_DECIDED
}
