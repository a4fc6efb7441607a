package io.covenant.transactions.paxoscommit;

import io.covenant.simulation.Tally;

/// What a campaign must have seen, or it proves less than it seems to.
enum Event implements Tally.Counted {
    COMMIT("transactions committed"),
    ABORT("transactions aborted"),
    NOTHING("transactions ended before anything was begun"),
    NAMED("transactions begun without a first phase"),
    CLAIM_FOUND_ANOTHER("claims that found the attempt of another leader"),
    TAKE_OVER("take-overs"),
    TAKE_OVER_FOUND_COMMIT("take-overs that had to choose COMMIT"),
    TAKE_OVER_JOINED_VOTES("take-overs that put COMMIT together from several acceptors"),
    OUTBID("leaders outbid"),
    VOTE_OUTBID("votes that came too late for their ballot"),
    VOTE_AFTER_FORGETTING("votes for what was forgotten"),
    FORGOTTEN("transactions forgotten"),
    GIVEN_UP("leaders told that it is forgotten"),
    INQUIRY_COMMIT("inquiries answered COMMIT"),
    INQUIRY_ABORT("inquiries answered ABORT"),
    REFUSED("votes NO"),
    LATE_PREPARE_FENCED("late prepares stopped by a fence"),
    PREPARE_REPEATED("prepares that found their branch prepared"),
    COMMIT_REPEATED("commits that found their branch committed"),
    REPLY_LOST("database replies lost"),
    COORDINATOR_CRASH("coordinators crashed, each with its acceptor"),
    INSTANCE_CRASH("participant instances crashed"),
    DATABASE_CRASH("participant databases crashed"),
    LONG_OUTAGE("coordinators away for seconds"),
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
