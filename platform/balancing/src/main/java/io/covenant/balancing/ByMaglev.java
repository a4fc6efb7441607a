package io.covenant.balancing;

import io.covenant.balancing.hashing.Maglev;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The member of the key's place in the table; when it is not available, at its bound, or was tried,
/// that of the next place.
///
/// The table knows every open member with its whole weight. It stays as it is while members are ejected,
/// come back and grow, so that only the keys of those that are missing move.
///
/// @param indices where in the group each member of the table is, -1 for one that is not available
record ByMaglev(Group group, Bound bound, Maglev maglev, Indices indices) implements Chooser {

    /// Each place is somebody else's with near certainty, so more would only pass over the same ones
    /// again.
    private static final int PLACES = 1_000;

    static final class Indices {

        private final int[] inGroup;

        Indices(int[] inGroup) {
            this.inGroup = inGroup;
        }
    }

    static ByMaglev of(Group group, Bound bound, Member[] open, @Nullable Chooser before) {
        var seeds = Arrays.stream(open).mapToLong(Member::seed).toArray();
        var weights = Arrays.stream(open)
                .mapToLong(member -> member.instance().weight())
                .toArray();
        var maglev = before instanceof ByMaglev last && last.maglev.isOf(seeds, weights)
                ? last.maglev
                : new Maglev(seeds, weights);
        Map<String, Integer> inGroup = IntStream.range(0, group.size())
                .boxed()
                .collect(Collectors.toMap(i -> group.member(i).id(), i -> i));
        var indices = Arrays.stream(open)
                .mapToInt(member -> inGroup.getOrDefault(member.id(), -1))
                .toArray();
        return new ByMaglev(group, bound, maglev, new Indices(indices));
    }

    @Override
    public @Nullable Member choose(Criteria criteria, long now, @Nullable Trace trace) {
        long key = criteria.isKeyed() ? criteria.key() : group.chance().next();
        if (trace != null) {
            trace.because(criteria.isKeyed() ? "the key's own" : "no key: a random one's own");
        }
        long load = bound.isNone() ? Long.MAX_VALUE : bound.arrive();
        for (int step = 0; step < PLACES; step++) {
            int index = indices.inGroup[maglev.winner(key, step)];
            if (index >= 0 && begins(index, criteria, load, now)) {
                return group.member(index);
            }
            if (trace != null && index >= 0) {
                var member = group.member(index);
                trace.passedOver(member, criteria.excludes(member), bound.limit(index, load));
            }
        }
        if (bound.isNone()) {
            bound.arrive();
        }
        return bound.giveWay(criteria, now, trace);
    }

    private boolean begins(int index, Criteria criteria, long load, long now) {
        var member = group.member(index);
        if (criteria.excludes(member)) {
            return false;
        }
        if (bound.isNone()) {
            member.begin(now);
            return true;
        }
        return member.beginBelow(bound.limit(index, load), now);
    }
}
