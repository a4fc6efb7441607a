package io.covenant.transactions.paxoscommit;

import java.util.Comparator;

/// Which try to bring a transaction to an end; no two leaders ever use the same.
///
/// @param round 0 only for a transaction that this leader has named itself, so that nobody can have begun it
/// @param node  the coordinator that leads
/// @param life  never the same for two leaders on that coordinator, nor before and after a crash
public record Ballot(long round, String node, long life) implements Comparable<Ballot> {

    private static final Comparator<Ballot> ORDER =
            Comparator.comparingLong(Ballot::round).thenComparing(Ballot::node).thenComparingLong(Ballot::life);

    public Ballot {
        if (round < 0 || node.isEmpty()) {
            throw new IllegalArgumentException("round %d of '%s'".formatted(round, node));
        }
    }

    /// The same leader's ballot that is above its own and the other one.
    Ballot above(Ballot other) {
        return new Ballot(Math.max(round, other.round) + 1, node, life);
    }

    boolean isBelow(Ballot other) {
        return compareTo(other) < 0;
    }

    @Override
    public int compareTo(Ballot other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "%d.%s#%d".formatted(round, node, life);
    }
}
