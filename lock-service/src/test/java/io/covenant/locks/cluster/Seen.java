package io.covenant.locks.cluster;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Seen implements Tally.Counted {
    ELECTION("primaries elected"),
    GRANT("grants that reached a client"),
    GRANT_AFTER_WAIT("of them, after a wait"),
    GRANT_OF_SEVERAL("of them, of several names at once"),
    RELEASE("releases"),
    TIMED_OUT("waits that timed out"),
    DEADLOCK("deadlocks broken"),
    CANCELLED_GRANT("cancels that gave a grant back"),
    CANCELLED_WAITER("cancels that ended a wait"),
    CANCELLED_UNSEEN("cancels that came before their request"),
    ASKED_AGAIN("requests sent again under their number"),
    TOLD("ends of waits told by events"),
    UNKNOWN("answers that said unknown"),
    RENEWAL("keep-alives answered"),
    JEOPARDY("clients in jeopardy"),
    SAVED("of them, saved by a later keep-alive"),
    EXPIRY("sessions expired"),
    CLOSE("sessions closed"),
    FILE_WRITTEN("files written"),
    WRONG_GENERATION("writes refused for the generation"),
    FILE_READ("files read"),
    REENTRY("locks entered again"),
    CANCEL_OVERTAKEN("cancels of re-entries that a release overtook"),
    NOTHING_LEFT("sessions found to hold nothing when their clients had given everything back"),
    GUARDED_WRITE("writes that the guard let through"),
    FENCED("holders of the past that the guard refused"),
    STREAM_EVENT("entries that a reader of a stream heard of"),
    STREAM_RESUMED("streams that went on at another server or later"),
    STREAM_COMPACTED("streams that were told to look again"),
    STREAM_CUT_OFF("streams cut off"),
    SNAPSHOT("snapshots taken"),
    SNAPSHOT_FAILED("snapshots given up on a full disk"),
    INSTALLATION("snapshots installed"),
    TORN_TAIL("torn ends cut"),
    CRASH("servers that lost their power"),
    KILL("servers killed"),
    CRASH_IN_A_WRITE("servers that ended in the middle of a disk operation"),
    ALL_CRASHED("power cuts of all servers"),
    DISK_FULL("disks full"),
    FORCE_FAILED("forces that failed"),
    PAUSE("servers paused"),
    CLIENT_PAUSE("clients paused"),
    CLIENT_CRASH("clients crashed"),
    STRAY("clients that reached nobody but a primary that stood still"),
    CUT("links cut"),
    ISOLATION("primaries isolated"),
    ROLLING_RESTART("rolling restarts"),
    TRANSFER("hand-overs asked for"),
    MEMBERS_CHANGED("changes of members"),
    RESTORED("groups restored from a backup");

    private final String plural;

    Seen(String plural) {
        this.plural = plural;
    }

    @Override
    public String plural() {
        return plural;
    }
}
