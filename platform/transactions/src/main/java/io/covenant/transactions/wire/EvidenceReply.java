package io.covenant.transactions.wire;

/// What a participant's database shows of one branch.
public record EvidenceReply(String gid, Shown evidence) {

    public enum Shown {
        /// Nothing: the branch never came here, or what it had prepared is gone.
        NONE,
        /// Its barrier row: it has committed; a reservation is confirmed; a step is done.
        WORK,
        /// The fence of an abort: it never will commit.
        FENCE,
        /// It is prepared or reserved, and waits for the decision; a step is accepted, and not reported to be over.
        PREPARED
    }
}
