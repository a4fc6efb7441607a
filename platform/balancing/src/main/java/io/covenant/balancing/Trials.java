package io.covenant.balancing;

import org.jspecify.annotations.Nullable;

/// The members on trial.
final class Trials {

    private final Member[] members;

    Trials(Member[] members) {
        this.members = members;
    }

    @Nullable
    Member pick(Criteria criteria, long now, @Nullable Trace trace) {
        for (var member : members) {
            if (criteria.isDaring() && !criteria.excludes(member) && member.beginTrial(now)) {
                if (trace != null) {
                    trace.because("it was ejected, and this request tries how it does now");
                }
                return member;
            }
        }
        return null;
    }

    boolean hasSomebody(Criteria criteria) {
        for (var member : members) {
            if (criteria.isDaring() && !criteria.excludes(member) && member.isFreeForTrial()) {
                return true;
            }
        }
        return false;
    }
}
