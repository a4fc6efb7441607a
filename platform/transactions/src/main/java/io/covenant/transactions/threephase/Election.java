package io.covenant.transactions.threephase;

import java.util.Comparator;

/// Orders those who try to bring an attempt to its end: a site obeys only the highest election it has heard
/// of.
///
/// @param round   grows whenever somebody stands again
/// @param elector any number that nobody else ever uses for this attempt, drawn at random for each drive, so
///                that no two elections are equal
public record Election(int round, long elector) implements Comparable<Election> {

    /// Nobody was elected yet.
    public static final Election NONE = new Election(0, 0);

    /// That of the coordinator which began the attempt. It needs no votes: there is no earlier one.
    public static final Election FIRST = new Election(1, 0);

    private static final Comparator<Election> ORDER =
            Comparator.comparingInt(Election::round).thenComparingLong(Election::elector);

    /// Higher than this one.
    Election next(long by) {
        return new Election(round + 1, by);
    }

    @Override
    public int compareTo(Election other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return round + "." + Long.toUnsignedString(elector, 36);
    }
}
