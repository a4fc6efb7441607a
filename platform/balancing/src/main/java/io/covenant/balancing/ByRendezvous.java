package io.covenant.balancing;

import io.covenant.balancing.hashing.Rendezvous;
import org.jspecify.annotations.Nullable;

/// The member with the best bid for the key; when it is at its bound or was tried, the one with the next
/// best.
record ByRendezvous(Group group, Bound bound, Rendezvous rendezvous) implements Chooser {

    /// Another thread may take the last place each time.
    private static final int ROUNDS = 100;

    ByRendezvous(Group group, Bound bound) {
        this(group, bound, new Rendezvous(seeds(group), group.weights()));
    }

    private static long[] seeds(Group group) {
        var seeds = new long[group.size()];
        for (int i = 0; i < seeds.length; i++) {
            seeds[i] = group.member(i).seed();
        }
        return seeds;
    }

    @Override
    public @Nullable Member choose(Criteria criteria, long now, @Nullable Trace trace) {
        long key = criteria.isKeyed() ? criteria.key() : group.chance().next();
        int own = rendezvous.winner(key);
        boolean wasTried = criteria.excludes(group.member(own));
        if (trace != null) {
            trace.because(criteria.isKeyed() ? "the key's own" : "no key: a random one's own");
        }
        if (bound.isNone() && !wasTried) {
            return group.member(own).begin(now);
        }
        long load = bound.arrive();
        if (!wasTried && group.member(own).beginBelow(bound.limit(own, load), now)) {
            return group.member(own);
        }
        if (trace != null) {
            trace.passedOver(group.member(own), wasTried, bound.limit(own, load));
        }
        for (int round = 0; round < ROUNDS; round++) {
            int next = next(key, criteria, load);
            if (next < 0) {
                break;
            }
            if (group.member(next).beginBelow(bound.limit(next, load), now)) {
                return group.member(next);
            }
        }
        return bound.giveWay(criteria, now, trace);
    }

    private int next(long key, Criteria criteria, long load) {
        int best = -1;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < group.size(); i++) {
            var member = group.member(i);
            if (member.inFlight() < bound.limit(i, load) && !criteria.excludes(member)) {
                double bid = rendezvous.bid(i, key);
                if (bid < least) {
                    least = bid;
                    best = i;
                }
            }
        }
        return best;
    }
}
