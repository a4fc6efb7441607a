package io.covenant.consensus.register;

import java.util.Comparator;

/// Which attempt to have a value chosen; no two proposers ever use the same, nor one before and after a crash.
///
/// @param round       0 only for [#FIRST]
/// @param proposer    the name of who uses it
/// @param incarnation never the same for two lives of that proposer
public record Ballot(long round, String proposer, long incarnation) implements Comparable<Ballot> {

    /// The ballot of the register's owner.
    public static final Ballot FIRST = new Ballot(0, "", 0);

    private static final Comparator<Ballot> ORDER = Comparator.comparingLong(Ballot::round)
            .thenComparing(Ballot::proposer)
            .thenComparingLong(Ballot::incarnation);

    public Ballot {
        if (round < 0 || (round == 0) != proposer.isEmpty()) {
            throw new IllegalArgumentException("round %d of '%s'".formatted(round, proposer));
        }
    }

    public boolean isBelow(Ballot other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(Ballot other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return round == 0 ? "0" : "%d.%s%s".formatted(round, proposer, incarnation == 0 ? "" : "#" + incarnation);
    }
}
