package io.covenant.consensus.raft;

/// What a node is to its group.
public enum Role {

    /// Hears a leader, or waits for one; learners and strangers are followers too.
    FOLLOWER,

    /// Asks whether it would be elected, without a new term.
    PRE_CANDIDATE,

    /// Asks for votes.
    CANDIDATE,

    /// Orders the entries. There is at most one for each term, though an old one may not know yet.
    LEADER
}
