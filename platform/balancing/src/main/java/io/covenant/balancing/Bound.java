package io.covenant.balancing;

import org.jspecify.annotations.Nullable;

/// Hashing with bounded loads: nobody has more than its part of the requests in flight times a factor.
///
/// Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018;
/// the parts of weight are HAProxy's `hash-balance-factor`.
final class Bound {

    private final double factor;
    private final Group group;
    private final Upstream upstream;
    private final Member[] others;

    Bound(double factor, Group group, Upstream upstream, Member[] others) {
        this.factor = factor;
        this.group = group;
        this.upstream = upstream;
        this.others = others;
    }

    boolean isNone() {
        return Double.isInfinite(factor);
    }

    /// Counts a request that looks for its member, and says how many there are with it: those of the
    /// whole service without the other members', or those of the group, whichever is sooner counted.
    long arrive() {
        upstream.arrived();
        if (others.length <= group.size()) {
            long load = upstream.inFlight();
            for (var other : others) {
                load -= other.inFlight();
            }
            return load;
        }
        long load = 1;
        for (int i = 0; i < group.size(); i++) {
            load += group.member(i).inFlight();
        }
        return load;
    }

    /// How many a member may have in flight when there are so many in all.
    int limit(int index, long load) {
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(group.part(index, factor * load)));
    }

    /// When the bound cannot be kept, as the only ones below it were tried already: the least loaded one
    /// that was not.
    @Nullable
    Member giveWay(Criteria criteria, long now, @Nullable Trace trace) {
        upstream.left();
        int best = -1;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < group.size(); i++) {
            double load = group.member(i).inFlight() * group.scale(i);
            if (load < least && !criteria.excludes(group.member(i))) {
                least = load;
                best = i;
            }
        }
        if (best < 0) {
            return null;
        }
        if (trace != null) {
            trace.because("all others are at their bound or were tried");
        }
        return group.member(best).begin(now);
    }
}
