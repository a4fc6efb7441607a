package io.covenant.transactions.threephase;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Event implements Tally.Counted {
    COMMIT("attempts committed"),
    ABORT("attempts aborted"),
    READ_ONLY_COMMIT("commits of nothing"),
    TAKE_OVER("attempts taken over"),
    TERMINATION("terminations asked for by a participant"),
    TERMINATION_BLIND("terminations without the coordinators' database"),
    ELECTION("elections stood for"),
    OUTRUN("times that somebody else was elected meanwhile"),
    TERMINATED_COMMIT("terminations that committed"),
    TERMINATED_ABORT("terminations that aborted"),
    PRE_ABORT_OVER_PRE_COMMIT("aborts over a pre-commit that no quorum had"),
    DECIDED_KNOWN("decisions learned from a site that knew"),
    READER_WITNESS("pre-commits at branches that only read"),
    INQUIRY_DECIDED("inquiries answered with a decision"),
    FIRST_REFUSED("pre-commits refused for want of a begin record"),
    BEGIN_RECORD_LOST("begin records lost"),
    ANSWER_FORGOTTEN("answers forgotten with a begin record"),
    SECOND_ATTEMPT("second attempts of a transaction"),
    TOMBSTONE("aborts put on record for want of a begin record"),
    LATE_PREPARE_FENCED("late prepares stopped by a fence"),
    PREPARE_REPEATED("prepares that found their branch prepared"),
    COMMIT_REPEATED("commits that found their branch committed"),
    VOTE_NO("votes NO"),
    VOTE_READ_ONLY("votes READ_ONLY"),
    REPLY_LOST("database replies lost"),
    COORDINATOR_CRASH("coordinators crashed"),
    INSTANCE_CRASH("participant instances crashed"),
    DATABASE_CRASH("participant databases crashed"),
    COORDINATORS_DATABASE_CRASH("coordinators' databases crashed"),
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
