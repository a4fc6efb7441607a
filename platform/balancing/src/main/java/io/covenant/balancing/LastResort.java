package io.covenant.balancing;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The open members that are not available: ejected, on trial, down, and, behind all others, those where nobody
/// listens.
final class LastResort {

    static final LastResort NOBODY = new LastResort(new Member[0]);

    private final Member[] members;

    private LastResort(Member[] members) {
        this.members = members;
    }

    static LastResort of(List<Member> open, List<Member> usable) {
        if (usable.size() == open.size()) {
            return NOBODY;
        }
        return new LastResort(open.stream()
                .filter(member -> !usable.contains(member))
                .sorted(Comparator.comparing(Member::isGone))
                .toArray(Member[]::new));
    }

    @Nullable
    Member pick(Criteria criteria, long now, @Nullable Trace trace) {
        var member = untried(criteria);
        if (member == null) {
            return null;
        }
        if (trace != null) {
            trace.because("all that are available were tried, and this one may be well again");
        }
        return member.begin(now);
    }

    boolean hasSomebody(Criteria criteria) {
        return untried(criteria) != null;
    }

    private @Nullable Member untried(Criteria criteria) {
        for (var member : members) {
            if (!criteria.excludes(member)) {
                return member;
            }
        }
        return null;
    }
}
