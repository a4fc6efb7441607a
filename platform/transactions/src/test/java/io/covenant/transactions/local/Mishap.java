package io.covenant.transactions.local;

import io.covenant.simulation.Tally;

/// What befell the worlds of a campaign, whatever the protocol.
public enum Mishap implements Tally.Counted {
    TAKE_OVER("transactions taken over"),
    BEGIN_RECORD_LOST("begin records lost"),
    REGISTER_FORGOT("transactions forgotten by the coordinators"),
    BEGIN_TOO_OLD("transactions refused for their age"),
    BARRIER_PURGED("branches forgotten by their service"),
    WORK_TOO_OLD("requests for work refused for their age"),
    REPLY_LOST("database replies lost"),
    COORDINATOR_CRASH("coordinators crashed"),
    INSTANCE_CRASH("participant instances crashed"),
    DATABASE_CRASH("participant databases crashed"),
    STORE_CRASH("coordinators' databases crashed"),
    PAUSE("pauses"),
    CUT("links cut");

    private final String plural;

    Mishap(String plural) {
        this.plural = plural;
    }

    @Override
    public String plural() {
        return plural;
    }
}
