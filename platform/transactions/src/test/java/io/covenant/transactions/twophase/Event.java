package io.covenant.transactions.twophase;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Event implements Tally.Counted {
    COMMIT("transactions committed"),
    ABORT("transactions aborted in the register"),
    CLOSED_ABORT("aborts without the register"),
    READ_ONLY_COMMIT("commits without the register"),
    ANSWER_FORGOTTEN("answers forgotten with a begin record"),
    TAKE_OVER("attempts taken over"),
    TAKE_OVER_FOUND_COMMIT("take-overs that found COMMIT"),
    ZOMBIE_PROPOSAL_LOST("COMMITs that came after a tombstone or a take-over"),
    TOMBSTONE("tombstones written for an inquiry"),
    INQUIRY_COMMIT("inquiries answered COMMIT"),
    BEGIN_RECORD_LOST("begin records lost"),
    SECOND_ATTEMPT("second attempts of a transaction"),
    COMMIT_REFUSED_WITHOUT_RECORD("COMMITs refused for want of a begin record"),
    CLOSE_REFUSED("closes refused"),
    LATE_PREPARE_FENCED("late prepares stopped by a fence"),
    PREPARE_REPEATED("prepares that found their branch prepared"),
    PREPARE_MET_RUNNING("prepares that met their branch at work"),
    COMMIT_REPEATED("commits that found their branch committed"),
    VOTE_NO("votes NO"),
    VOTE_READ_ONLY("votes READ_ONLY"),
    REPLY_LOST("database replies lost"),
    COORDINATOR_CRASH("coordinators crashed"),
    INSTANCE_CRASH("participant instances crashed"),
    DATABASE_CRASH("participant databases crashed"),
    REGISTER_CRASH("registers crashed"),
    PAUSE("pauses"),
    CUT("links cut"),
    HAZARD("hazards reported");

    private final String plural;

    Event(String plural) {
        this.plural = plural;
    }

    @Override
    public String plural() {
        return plural;
    }
}
