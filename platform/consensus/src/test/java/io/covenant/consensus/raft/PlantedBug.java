package io.covenant.consensus.raft;

/// A mistake that somebody could make, or made. The simulation must find each.
enum PlantedBug {
    PERSISTED_BEFORE_FORCED("The shell reports writes as durable that are not forced."),
    VOTE_BEFORE_DURABLE("A vote is answered before it is durable (as in JRaft #1245)."),
    TWO_VOTES("A voter forgets within a term whom it voted for."),
    NOT_STICKY("A voter votes against a leader that it hears (as Ratis and JRaft do for real votes)."),
    ANY_LOG_WINS("A vote goes to a log that is less complete."),
    PRE_VOTES_COUNT("A granted pre-vote counts as a vote."),
    ACKNOWLEDGES_UNDURABLE("A follower acknowledges entries before they are durable."),
    COUNTS_ITSELF_EARLY("A leader counts itself before its own log is durable."),
    OLD_MESSAGE_CUTS("A follower overwrites entries that do not differ."),
    COMMITS_UNVERIFIED("A follower takes the leader's commit index for entries that nobody compared."),
    COMMITS_OLD_TERM("A leader commits an entry of an older term by counting (figure 8)."),
    LEARNERS_COUNT("Learners count towards a majority."),
    OLD_ECHO_CONFIRMS("A round is confirmed by what was heard before it (as in Ratis 3.3.0)."),
    READS_BEFORE_OWN_TERM("A leader confirms reads before an entry of its term is committed."),
    CHANGE_BEFORE_OWN_TERM("Members change before an entry of the leader's term is committed (Ongaro 2015)."),
    CHANGES_OVERLAP("Members change while an earlier change is not committed."),
    OLD_SNAPSHOT_INSTALLED("A follower installs a snapshot that is older than its state."),
    LOST_DISK_VOTES("A node that lost its disk comes back as the member that it was."),
    KEEPS_STRANGE_SUFFIX("A log goes on after a snapshot whose last entry it does not hold.");

    private final String mistake;

    PlantedBug(String mistake) {
        this.mistake = mistake;
    }

    String mistake() {
        return mistake;
    }
}
