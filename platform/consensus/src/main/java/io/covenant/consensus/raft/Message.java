package io.covenant.consensus.raft;

import java.util.List;

/// What the nodes of a group say to each other. Any of it may be lost, doubled and late.
public sealed interface Message {

    /// Of the sender; of the election that is asked for where a pre-vote is asked or granted.
    long term();

    /// Candidate to voter.
    ///
    /// @param lastIndex of the candidate's log
    /// @param lastTerm  of the candidate's log
    /// @param pre       only asks whether it would get the vote
    /// @param handOver  the leader itself wants this election: its followers need not stick to it
    record RequestVote(long term, long lastIndex, long lastTerm, boolean pre, boolean handOver) implements Message {}

    record Vote(long term, boolean pre, boolean granted) implements Message {}

    /// Leader to follower; without entries a heartbeat.
    ///
    /// @param prevIndex the entry before the first of these
    /// @param prevTerm  of that entry
    /// @param commit    the leader's commit index
    /// @param round     the newest round of confirmation; whoever answers echoes it
    record Append(long term, long prevIndex, long prevTerm, List<Entry> entries, long commit, long round)
            implements Message {}

    /// The follower holds the leader's log up to here, durably.
    record Appended(long term, long match, long round) implements Message {}

    /// The entry before those of an [Append] is missing or another one.
    ///
    /// @param prevIndex     of that append
    /// @param conflictTerm  what the follower has there, 0 when its log is too short
    /// @param conflictIndex where that term begins in the follower's log, or where its log ends, plus one
    record Mismatch(long term, long prevIndex, long conflictTerm, long conflictIndex, long round) implements Message {}

    /// Leader to a follower that lacks entries which no longer exist.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Chunk(long term, Snapshot snapshot, long offset, byte[] bytes, boolean last, long round) implements Message {

        @Override
        public String toString() {
            return "Chunk[term=%d, snapshot=%s, offset=%d, %d bytes%s, round=%d]"
                    .formatted(term, snapshot, offset, bytes.length, last ? ", the last" : "", round);
        }
    }

    /// The follower wants the snapshot from here on; 0 begins anew.
    record ChunkWanted(long term, long snapshotIndex, long snapshotTerm, long offset, long round) implements Message {}

    /// Leader to the voter that shall follow it: start an election now.
    record TimeoutNow(long term) implements Message {}

    /// To a sender of an older term.
    record Outdated(long term) implements Message {}
}
