package io.covenant.consensus.raft;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The rules of the kernel, or what somebody might have taken for them.
final class PlantedRules extends Rules {

    private final Set<PlantedBug> bugs;

    PlantedRules(Set<PlantedBug> bugs) {
        this.bugs = bugs;
    }

    private boolean has(PlantedBug bug) {
        return bugs.contains(bug);
    }

    @Override
    boolean sticksToLeader(boolean leaderIsLive, boolean handOver) {
        return !has(PlantedBug.NOT_STICKY) && super.sticksToLeader(leaderIsLive, handOver);
    }

    @Override
    boolean mayVoteFor(@Nullable NodeId votedFor, NodeId candidate) {
        return has(PlantedBug.TWO_VOTES) || super.mayVoteFor(votedFor, candidate);
    }

    @Override
    boolean isUpToDate(long lastTerm, long lastIndex, RaftLog own) {
        return has(PlantedBug.ANY_LOG_WINS) || super.isUpToDate(lastTerm, lastIndex, own);
    }

    @Override
    boolean countsVote(boolean votedPre, boolean pre) {
        return has(PlantedBug.PRE_VOTES_COUNT) || super.countsVote(votedPre, pre);
    }

    @Override
    boolean maySpeak(boolean stateDurable) {
        return has(PlantedBug.VOTE_BEFORE_DURABLE) || super.maySpeak(stateDurable);
    }

    @Override
    long acknowledged(long verified, long durable) {
        return has(PlantedBug.ACKNOWLEDGES_UNDURABLE) ? verified : super.acknowledged(verified, durable);
    }

    @Override
    long ownMatch(long durable, long last) {
        return has(PlantedBug.COUNTS_ITSELF_EARLY) ? last : super.ownMatch(durable, last);
    }

    @Override
    boolean overwrites(long ownTerm, long term) {
        return has(PlantedBug.OLD_MESSAGE_CUTS) || super.overwrites(ownTerm, term);
    }

    @Override
    long followerCommit(long leaderCommit, long verified, long last) {
        return has(PlantedBug.COMMITS_UNVERIFIED)
                ? Math.min(leaderCommit, last)
                : super.followerCommit(leaderCommit, verified, last);
    }

    @Override
    boolean mayCommit(long entryTerm, long term) {
        return has(PlantedBug.COMMITS_OLD_TERM) || super.mayCommit(entryTerm, term);
    }

    @Override
    boolean counts(Members members, NodeId node) {
        return has(PlantedBug.LEARNERS_COUNT) ? members.contains(node) : super.counts(members, node);
    }

    @Override
    boolean confirms(long echoedRound, long round) {
        return has(PlantedBug.OLD_ECHO_CONFIRMS) ? echoedRound > 0 : super.confirms(echoedRound, round);
    }

    @Override
    boolean knowsCommitted(long commitIndex, long termStart) {
        return has(PlantedBug.READS_BEFORE_OWN_TERM) || super.knowsCommitted(commitIndex, termStart);
    }

    @Override
    boolean mayChangeMembers(long commitIndex, long termStart) {
        return has(PlantedBug.CHANGE_BEFORE_OWN_TERM) || super.mayChangeMembers(commitIndex, termStart);
    }

    @Override
    boolean changePending(long changedAt, long commitIndex) {
        return !has(PlantedBug.CHANGES_OVERLAP) && super.changePending(changedAt, commitIndex);
    }

    @Override
    boolean isNews(long snapshotIndex, long commitIndex) {
        return has(PlantedBug.OLD_SNAPSHOT_INSTALLED) || super.isNews(snapshotIndex, commitIndex);
    }

    @Override
    boolean goesOnAfter(long ownTerm, long snapshotTerm) {
        return has(PlantedBug.KEEPS_STRANGE_SUFFIX) || super.goesOnAfter(ownTerm, snapshotTerm);
    }
}
