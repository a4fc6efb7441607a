package io.covenant.balancing;

import io.covenant.balancing.chance.AliasTable;
import io.covenant.balancing.chance.Chance;
import io.covenant.balancing.chance.Weights;
import org.jspecify.annotations.Nullable;

/// The members to choose among, with their weights.
final class Group {

    private final Member[] members;
    private final long[] weights;
    private final double[] scales;
    private final long total;
    private final Chance chance;
    /// Nothing when all weigh the same.
    private final @Nullable AliasTable alias;

    Group(Member[] members, long[] weights, Chance chance) {
        this.members = members;
        this.weights = weights;
        this.total = Weights.total(weights);
        this.chance = chance;
        this.scales = new double[weights.length];
        for (int i = 0; i < weights.length; i++) {
            scales[i] = (double) total / weights[i] / weights.length;
        }
        this.alias = Weights.allEqual(weights) ? null : new AliasTable(weights);
    }

    int size() {
        return members.length;
    }

    Member member(int index) {
        return members[index];
    }

    Chance chance() {
        return chance;
    }

    boolean isEven() {
        return alias == null;
    }

    /// One of them, by weight.
    int draw() {
        return alias == null ? chance.below(members.length) : alias.draw(chance);
    }

    /// One of those that were not tried, by weight.
    ///
    /// @return -1 when there is none
    int drawUntried(Criteria criteria) {
        long left = 0;
        for (int i = 0; i < members.length; i++) {
            left += criteria.excludes(members[i]) ? 0 : weights[i];
        }
        if (left == 0) {
            return -1;
        }
        long lot = chance.below(left);
        int last = -1;
        for (int i = 0; i < members.length && lot >= 0; i++) {
            if (!criteria.excludes(members[i])) {
                lot -= weights[i];
                last = i;
            }
        }
        return last;
    }

    /// The member's part of something, by weight.
    double part(int index, double whole) {
        return whole * weights[index] / total;
    }

    /// One request counts for so many on a member of average weight.
    double scale(int index) {
        return scales[index];
    }

    long[] weights() {
        return weights;
    }
}
