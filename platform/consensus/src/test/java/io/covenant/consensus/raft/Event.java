package io.covenant.consensus.raft;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Event implements Tally.Counted {
    ELECTION("leaders elected"),
    STEPPED_DOWN("leaders that stepped down"),
    WRITE("writes acknowledged"),
    WRITE_OVERWRITTEN("accepted writes overwritten by another leader"),
    READ("reads served"),
    KEEP_ALIVE("keep-alives confirmed"),
    NOT_CONFIRMED("confirmations refused when the leadership was lost"),
    OVERLOADED("requests refused for too much work"),
    TRUNCATION("logs cut back"),
    FETCH("entries read back from disk for a follower"),
    SNAPSHOT("snapshots taken"),
    CHUNK("chunks of snapshots received"),
    INSTALLATION("snapshots installed"),
    LOG_DISCARDED("logs discarded for a snapshot"),
    TRANSFER_ASKED("hand-overs asked for"),
    TRANSFERRED("hand-overs done"),
    TRANSFER_TIMED_OUT("hand-overs given up"),
    LEARNER_ADDED("learners added"),
    PROMOTION("learners promoted"),
    PROMOTION_REFUSED("promotions refused to learners that lacked too much"),
    REMOVAL("members removed"),
    LEADER_REMOVED("leaders that removed themselves"),
    CHANGE_REFUSED("changes refused for another one, or too early in a term"),
    CRASH("crashes"),
    ALL_CRASHED("crashes of all at once"),
    CRASH_WHILE_WRITING("crashes with writes that were not forced"),
    WIPE("disks lost for good"),
    PAUSE("pauses"),
    CUT("links cut"),
    ISOLATION("leaders isolated");

    private final String plural;

    Event(String plural) {
        this.plural = plural;
    }

    @Override
    public String plural() {
        return plural;
    }
}
