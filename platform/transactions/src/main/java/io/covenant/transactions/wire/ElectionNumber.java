package io.covenant.transactions.wire;

import io.covenant.transactions.threephase.Election;

/// One election of a three-phase commit, see [Election].
public record ElectionNumber(int round, long by) {

    public static ElectionNumber of(Election election) {
        return new ElectionNumber(election.round(), election.elector());
    }

    public Election toElection() {
        return new Election(round, by);
    }
}
