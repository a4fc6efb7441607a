package io.covenant.transactions.wire;

/// What a participant's database shows of one branch.
public record EvidenceReply(String gid, Shown evidence) {

    public enum Shown {
        /// Nothing: the branch never came here, or what it had prepared is gone.
        NONE,
        /// Its barrier row: it has committed.
        WORK,
        /// The fence of an abort: it never will commit.
        FENCE,
        /// It is prepared, and waits for the decision.
        PREPARED
    }
}
