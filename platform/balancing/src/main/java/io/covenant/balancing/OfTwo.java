package io.covenant.balancing;

import org.jspecify.annotations.Nullable;

/// The better of two drawn by lot and weight: nearly as good as the best of all, without all callers
/// running to the same one.
///
/// Members of equal weight are drawn without repetition. Others with: a light one that every draw met
/// would get far more than its weight. Source: M. Mitzenmacher, "The Power of Two Choices in Randomized
/// Load Balancing", IEEE TPDS 2001.
record OfTwo(Group group, Cost cost) implements Chooser {

    @Override
    public @Nullable Member choose(Criteria criteria, long now, @Nullable Trace trace) {
        int first = criteria.isRetry() ? group.drawUntried(criteria) : group.draw();
        if (first < 0) {
            return null;
        }
        int second = second(first, criteria);
        double firstCost = cost.of(group.member(first), group.scale(first), now);
        double secondCost = cost.of(group.member(second), group.scale(second), now);
        boolean firstWins = firstCost <= secondCost;
        var winner = group.member(firstWins ? first : second);
        if (trace != null) {
            trace.ofTwo(
                    winner,
                    group.member(firstWins ? second : first),
                    Math.min(firstCost, secondCost),
                    Math.max(firstCost, secondCost));
        }
        return winner.begin(now);
    }

    private int second(int first, Criteria criteria) {
        if (criteria.isRetry()) {
            return group.drawUntried(criteria);
        }
        if (!group.isEven()) {
            return group.draw();
        }
        if (group.size() == 1) {
            return first;
        }
        int other = group.chance().below(group.size() - 1);
        return other < first ? other : other + 1;
    }
}
