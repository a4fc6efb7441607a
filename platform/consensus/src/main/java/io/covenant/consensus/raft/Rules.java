package io.covenant.consensus.raft;

import org.jspecify.annotations.Nullable;

/// The rules that safety rests on, one by one, each with where it comes from. The kernel asks them; tests
/// break them, to see that it is noticed.
///
/// Sections of the extended paper are given as "paper", of Ongaro's dissertation as "thesis".
class Rules {

    /// Nobody votes against a leader that is alive, in a pre-vote or a real one, unless that leader wishes
    /// it (thesis §4.2.3, §6.4.1).
    boolean sticksToLeader(boolean leaderIsLive, boolean handOver) {
        return leaderIsLive && !handOver;
    }

    /// One vote for each term (paper §5.2).
    boolean mayVoteFor(@Nullable NodeId votedFor, NodeId candidate) {
        return votedFor == null || votedFor.equals(candidate);
    }

    /// A vote goes only to a log that is at least as complete as the voter's own (paper §5.4.1).
    boolean isUpToDate(long lastTerm, long lastIndex, RaftLog own) {
        return lastTerm > own.lastTerm() || (lastTerm == own.lastTerm() && lastIndex >= own.last());
    }

    /// A vote counts in the kind of election that it was given in (thesis §9.6).
    boolean countsVote(boolean votedPre, boolean pre) {
        return votedPre == pre;
    }

    /// Term and vote are durable before anything is said in that term (paper §5.1, figure 2).
    boolean maySpeak(boolean stateDurable) {
        return stateDurable;
    }

    /// A follower confirms what it has in common with the leader and what is durable (paper figure 2).
    long acknowledged(long verified, long durable) {
        return Math.min(verified, durable);
    }

    /// A leader counts itself as far as its own log is durable (thesis §10.2.1).
    long ownMatch(long durable, long last) {
        return Math.min(durable, last);
    }

    /// Only entries that differ are overwritten: an old message must not cut off what came later (paper
    /// figure 2).
    boolean overwrites(long ownTerm, long term) {
        return ownTerm != term;
    }

    /// The leader's commit index holds for a follower only as far as their logs are known to be the same
    /// (paper figure 2).
    long followerCommit(long leaderCommit, long verified, long last) {
        return Math.min(leaderCommit, Math.min(verified, last));
    }

    /// Only an entry of the leader's own term is committed by counting; it takes those before it along
    /// (paper §5.4.2, figure 8).
    boolean mayCommit(long entryTerm, long term) {
        return entryTerm == term;
    }

    /// A majority is one of voters; learners do not count (thesis §4.2.1).
    boolean counts(Members members, NodeId node) {
        return members.isVoter(node);
    }

    /// A round confirms what was asked before it started; what was heard earlier proves nothing about now
    /// (thesis §6.4, step 3).
    boolean confirms(long echoedRound, long round) {
        return echoedRound >= round;
    }

    /// A leader knows what is committed once an entry of its own term is (thesis §6.4, step 1).
    boolean knowsCommitted(long commitIndex, long termStart) {
        return commitIndex >= termStart;
    }

    /// Members change after an entry of the own term is committed (Ongaro, raft-dev 2015) ...
    boolean mayChangeMembers(long commitIndex, long termStart) {
        return commitIndex >= termStart;
    }

    /// ... and one change after the other (thesis §4.1).
    boolean changePending(long changedAt, long commitIndex) {
        return changedAt > commitIndex;
    }

    /// A snapshot that says nothing new is ignored (paper §7).
    boolean isNews(long snapshotIndex, long commitIndex) {
        return snapshotIndex > commitIndex;
    }

    /// After a snapshot the log goes on only when it holds the snapshot's last entry (paper §7, figure 13).
    boolean goesOnAfter(long ownTerm, long snapshotTerm) {
        return ownTerm == snapshotTerm;
    }
}
